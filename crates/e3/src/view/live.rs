//! A line per party, on a terminal.

use std::{collections::BTreeSet, time::Duration};

use e3_holder::wire::{Event, Step, Tip};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Parties, links, words};

/// Times a second that lines are drawn at most.
const DRAWS: u8 = 15;
/// Between two pictures of a spinner.
const TICK: Duration = Duration::from_millis(100);

/// Draws a header and a line per party, in place.
pub struct Live {
    screen: MultiProgress,
    header: ProgressBar,
    lines: Vec<ProgressBar>,
    /// Below the parties: their links.
    links: Vec<ProgressBar>,
    parties: Parties,
    steps: BTreeSet<Step>,
    color: bool,
}

impl Live {
    /// On standard error.
    pub fn new(color: bool) -> Self {
        let screen = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(DRAWS));
        let header =
            screen.add(ProgressBar::new_spinner().with_style(style("{spinner} {wide_msg}")));
        header.enable_steady_tick(TICK);
        Self {
            screen,
            header,
            lines: Vec::new(),
            links: Vec::new(),
            parties: Parties::default(),
            steps: BTreeSet::new(),
            color,
        }
    }

    /// Another hold on the screen.
    pub fn screen(&self) -> MultiProgress {
        self.screen.clone()
    }

    /// Says something above the lines.
    pub fn say(&self, text: &str) {
        // A terminal that has gone away is no reason to end a run.
        let _ = self.screen.println(text);
    }

    /// What goes on.
    pub fn doing(&self, text: &str) {
        self.header.set_message(text.to_owned());
    }

    /// Removes the lines.
    pub fn finish(&self) {
        self.header.finish_and_clear();
        let lines = self.lines.iter().chain(&self.links);
        lines.for_each(ProgressBar::finish_and_clear);
        // A terminal that has gone away is no reason to end a run.
        let _ = self.screen.clear();
    }

    /// Draws what an event changes.
    pub fn event(&mut self, event: &Event) {
        let first = self.parties.all().is_empty();
        let changed = self.parties.take(event);
        match event {
            Event::Begin { step } => {
                self.steps.insert(*step);
                self.head();
            }
            Event::End { step, .. } => {
                self.steps.remove(step);
                self.head();
            }
            Event::Parties { .. } if first => self.add_lines(),
            Event::Words { words } => self.say(&words::roster(words)),
            Event::Checked(check) => self.say(&words::check(check)),
            Event::Traffic { .. } => (0..self.lines.len()).for_each(|index| self.draw(index)),
            Event::Pairs { links } => self.draw_links(&links::brief(links)),
            Event::Played { done } => self.say(&words::played(done)),
            Event::Notice { text, tip } => self.say(&self.notice(text, *tip)),
            _ => {}
        }
        if let Some(index) = changed {
            self.draw(usize::from(index));
        }
    }

    fn head(&self) {
        let steps: Vec<_> = self.steps.iter().map(|step| words::step(*step)).collect();
        self.doing(&steps.join(", "));
    }

    fn notice(&self, text: &str, tip: Tip) -> String {
        match tip {
            Tip::Note => text.to_owned(),
            Tip::Warning if self.color => format!("\x1b[1;33mwarning\x1b[0m: {text}"),
            Tip::Warning => format!("warning: {text}"),
        }
    }

    fn add_lines(&mut self) {
        let add = |_| {
            let line = self
                .screen
                .add(ProgressBar::new_spinner().with_style(style("  {spinner} {wide_msg}")));
            line.enable_steady_tick(TICK);
            line
        };
        self.lines = self.parties.all().iter().map(add).collect();
        (0..self.lines.len()).for_each(|index| self.draw(index));
    }

    fn draw_links(&mut self, texts: &[String]) {
        while self.links.len() < texts.len() {
            let line = ProgressBar::new_spinner().with_style(style("    {wide_msg}"));
            self.links.push(self.screen.add(line));
        }
        let texts = texts.iter().map(String::as_str);
        for (line, text) in self.links.iter().zip(texts.chain(std::iter::repeat(""))) {
            line.set_message(text.to_owned());
        }
    }

    fn draw(&self, index: usize) {
        let (Some(line), Some(progress)) = (self.lines.get(index), self.parties.all().get(index))
        else {
            return;
        };
        let party = &progress.party;
        let hosts = self
            .parties
            .all()
            .iter()
            .map(|progress| progress.party.host.len());
        let width = hosts.max().unwrap_or(0);
        let bytes = progress.bytes.map(words::bytes).unwrap_or_default();
        let text = format!(
            "{} {:width$}  {:5}  {:20} {bytes:>9}  {}",
            party.index, party.host, party.region, progress.activity, progress.line
        );
        if progress.ended {
            line.finish_with_message(text);
        } else {
            line.set_message(text);
        }
    }
}

/// A template of ours; one that could not be read would show as indicatif's own.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .tick_strings(&["⠋", "⠙", "⠸", "⠴", "⠦", "⠇", "·"])
}
