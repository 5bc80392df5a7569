//! What the report says, section by section.

use crate::href::Anchor;
use crate::page::{Block, Prose};

pub(crate) mod answer;
pub(crate) mod effort;
pub(crate) mod networks;
pub(crate) mod performance;
pub(crate) mod privacy;
pub(crate) mod security;
pub(crate) mod sources;
pub(crate) mod thresholds;
pub(crate) mod trust;

/// A section's title.
fn title(name: &'static str, text: &str) -> Block {
    heading(2, Anchor::named(name), text)
}

fn heading(level: u8, anchor: Anchor, text: &str) -> Block {
    Block::Heading {
        level,
        anchor,
        text: text.to_owned(),
    }
}

/// What a section says that has nothing to say.
fn nothing(file: &'static str, what: &str) -> Block {
    Block::Notice(vec![
        Prose::new()
            .strong(format!("{what}."))
            .text(" This folder has no ")
            .code(file)
            .text(", or none of its lines can be read: nothing is claimed here, and no answer rests on it."),
    ])
}

/// Each once, in the order of tables.
fn in_order<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut all: Vec<&str> = words.collect();
    all.sort_by_key(|word| (crate::words::rank(word), *word));
    all.dedup();
    all
}
