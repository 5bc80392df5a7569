//! What is known of each party while a run goes on.

use e3_holder::wire::{Event, PartyStatus};
use e3_session::types::Ending;

use super::words;

/// The parties, as the events so far tell.
#[derive(Debug, Default)]
pub struct Parties(Vec<Progress>);

/// One party.
#[derive(Debug)]
pub struct Progress {
    /// Who it is.
    pub party: PartyStatus,
    /// What it does.
    pub activity: String,
    /// Bytes sent: by its host so far; by its program, once that has told.
    pub bytes: Option<u64>,
    /// The last line that it printed.
    pub line: String,
    /// Whether its program has ended.
    pub ended: bool,
}

impl Parties {
    /// All of them, in the order of indices.
    pub fn all(&self) -> &[Progress] {
        &self.0
    }

    /// The name of a party's host.
    pub fn host(&self, index: u16) -> &str {
        self.0
            .get(usize::from(index))
            .map_or("?", |progress| progress.party.host.as_str())
    }

    /// Takes an event in; gives the index of the one party that it changes, if it changes one.
    pub fn take(&mut self, event: &Event) -> Option<u16> {
        match event {
            Event::Parties { parties } => {
                // Told when an environment comes up, and again when a run begins.
                if self.0.is_empty() {
                    self.0 = parties.iter().cloned().map(Progress::new).collect();
                }
                None
            }
            Event::Started { party } => self.change(*party, |progress| {
                "connecting".clone_into(&mut progress.activity);
            }),
            Event::Connected { party } => self.change(*party, |progress| {
                "computing".clone_into(&mut progress.activity);
            }),
            Event::Output { party, text, .. } => {
                self.change(*party, |progress| progress.line.clone_from(text))
            }
            Event::Traffic { bytes } => {
                for (progress, bytes) in self.0.iter_mut().zip(bytes) {
                    if !progress.ended {
                        progress.bytes = *bytes;
                    }
                }
                None
            }
            Event::Ended { party, outcome } => self.change(*party, |progress| {
                progress.activity = ending(&outcome.ending, outcome.elapsed_s);
                progress.bytes = outcome.bytes_sent.or(progress.bytes);
                progress.ended = true;
            }),
            _ => None,
        }
    }

    fn change(&mut self, index: u16, change: impl FnOnce(&mut Progress)) -> Option<u16> {
        change(self.0.get_mut(usize::from(index))?);
        Some(index)
    }
}

impl Progress {
    fn new(party: PartyStatus) -> Self {
        Self {
            party,
            activity: "ready".to_owned(),
            bytes: None,
            line: String::new(),
            ended: false,
        }
    }
}

/// How a program ended, in two words.
fn ending(ending: &Ending, elapsed_s: f64) -> String {
    let after = words::seconds(elapsed_s);
    match ending {
        Ending::Exited(0) => format!("done in {after}"),
        Ending::Exited(code) => format!("exit {code} after {after}"),
        Ending::Signalled(signal) => format!("signal {signal} after {after}"),
        Ending::TimedOut => format!("timed out after {after}"),
        Ending::Cancelled => format!("stopped after {after}"),
        Ending::NotStarted(_) => "not started".to_owned(),
        Ending::Severed(_) => format!("stopped by its agent after {after}"),
    }
}
