//! What a person sees while something happens, and at its end.
//!
//! Everything live goes to standard error; what came out goes to standard output.
//!
//! - [`View`]: one driver for all that happens; what it shows depends on where it shows it;
//! - [`summary`]: the end of a run; [`links`]: the table of pairs; [`table`]: columns.

pub mod links;
mod live;
mod plain;
pub mod probe;
mod progress;
pub mod screen;
pub mod summary;
pub mod table;
pub mod words;

use std::io::IsTerminal;

use e3_holder::wire::{Event, Stamped};

use crate::cli::Global;
use crate::out;

use live::Live;
use plain::Plain;
pub use progress::Parties;

/// Shows what happens.
pub enum View {
    /// On a terminal: a line per party.
    Live(Box<Live>),
    /// Elsewhere: a line per event.
    Plain(Box<Plain>),
}

impl View {
    /// For wherever standard error goes.
    pub fn new(global: &Global) -> Self {
        let terminal = std::io::stderr().is_terminal() && !global.json;
        // A log written between the lines would tear them apart.
        if terminal && global.verbose == 0 {
            Self::Live(Box::new(Live::new(global.color.on_stderr())))
        } else {
            Self::Plain(Box::default())
        }
    }

    /// Shows an event.
    pub fn event(&mut self, event: &Stamped) {
        self.show(&event.event);
    }

    /// Says something that is no event of a holder's.
    pub fn say(&mut self, text: &str) {
        match self {
            Self::Live(live) => live.say(text),
            Self::Plain(_) => plain::say(text),
        }
    }

    /// Says things from another thread, without tearing the lines apart.
    pub fn speaker(&self) -> impl Fn(&str) + Send + Sync + 'static {
        let screen = match self {
            Self::Live(live) => Some(live.screen()),
            Self::Plain(_) => None,
        };
        move |text| match &screen {
            // A terminal that has gone away is no reason to stop.
            Some(screen) => drop(screen.println(text)),
            None => out::aside(&format!("{text}\n")),
        }
    }

    /// What goes on before there is anything else to show.
    pub fn doing(&mut self, text: &str) {
        match self {
            Self::Live(live) => live.doing(text),
            Self::Plain(_) => plain::say(text),
        }
    }

    /// Takes away what is only of interest while it happens.
    pub fn finish(&mut self) {
        if let Self::Live(live) = self {
            live.finish();
        }
    }

    fn show(&mut self, event: &Event) {
        match self {
            Self::Live(live) => live.event(event),
            Self::Plain(plain) => plain.event(event),
        }
    }
}
