//! A line per event, for logs and pipes.

use e3_holder::wire::{Event, LinkRecord, Tip};

use super::{Parties, links, words};
use crate::out;

/// Prints a line per event to standard error.
#[derive(Debug, Default)]
pub struct Plain {
    parties: Parties,
    links: Vec<LinkRecord>,
}

impl Plain {
    /// Prints an event, if it is one that tells something.
    pub fn event(&mut self, event: &Event) {
        let first = self.parties.all().is_empty();
        self.parties.take(event);
        match event {
            Event::End { step, seconds } => {
                say(&format!(
                    "{}: {}",
                    words::step(*step),
                    words::seconds(*seconds)
                ));
            }
            Event::Parties { parties } if first => {
                for party in parties {
                    let nat = words::nat(&party.nat);
                    say(&format!(
                        "party {}: {} in {}{nat}",
                        party.index, party.host, party.region
                    ));
                }
            }
            Event::Pairs { links } => {
                for change in links::changes(&self.links, links) {
                    say(&change);
                }
                self.links.clone_from(links);
            }
            Event::Words { words } => say(&words::roster(words)),
            Event::Checked(check) => say(&words::check(check)),
            Event::Notice { text, tip } => match tip {
                Tip::Note => say(text),
                Tip::Warning => say(&format!("warning: {text}")),
            },
            Event::Played { done } => say(&words::played(done)),
            Event::Output { party, text, .. } => {
                say(&format!("{} | {text}", self.parties.host(*party)));
            }
            Event::Ended { party, .. } => {
                if let Some(progress) = self.parties.all().get(usize::from(*party)) {
                    say(&format!(
                        "party {party}: {} {}",
                        progress.party.host, progress.activity
                    ));
                }
            }
            _ => {}
        }
    }
}

/// Prints.
pub fn say(text: &str) {
    out::aside(&format!("{text}\n"));
}
