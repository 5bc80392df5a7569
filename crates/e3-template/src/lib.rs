//! The templates in a program's command line: text in which `{…}` stands for what only a run knows.
//!
//! ```
//! use e3_template::{Room, Template, Values};
//!
//! struct Two;
//! impl Values for Two {
//!     fn me(&self) -> u16 { 1 }
//!     fn count(&self) -> u16 { 2 }
//!     fn address(&self, party: u16) -> String { format!("10.0.0.{}", party + 1) }
//!     fn port(&self, _: u16) -> u16 { 5000 }
//! }
//! let fill = |text: &str| text.parse::<Template>().unwrap().fill(&Two, &mut Room::default()).unwrap();
//! assert_eq!(fill("-p{index}"), ["-p1"]);
//! assert_eq!(fill("{index:*},{address:*},{port:*}"), ["0,10.0.0.1,5000", "1,10.0.0.2,5000"]);
//! assert_eq!(fill("{endpoints}"), ["10.0.0.1:5000,10.0.0.2:5000"]);
//! ```
//!
//! The text is what a person writes in e3.toml and what parties agree on; it is filled in on each party's host.

mod fill;
mod parse;
mod room;
mod word;

pub use fill::{FillError, Values};
pub use parse::TemplateError;
pub use room::{Least, Room};
pub use word::{Item, TlsFile, WORDS, Who, Word};

/// Text with templates in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

/// A piece of it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Word(Word),
}

impl Template {
    /// What it stands for, in the order of the text.
    pub fn words(&self) -> impl Iterator<Item = Word> + '_ {
        self.parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Word(word) => Some(*word),
        })
    }

    /// Whether it is filled in once for each party.
    pub fn repeats(&self) -> bool {
        self.words().any(|word| word.each().is_some())
    }
}
