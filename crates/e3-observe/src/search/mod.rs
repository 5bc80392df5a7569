//! Where identifiers stand in bytes of any kind, and in which form.

mod breaks;
mod chance;
mod seen;

use aho_corasick::{AhoCorasick, BuildError, MatchKind};

use self::breaks::Unbroken;
use crate::{
    form::{Encoding, Form, Shape, forms},
    identifier::Identifier,
};

pub use chance::is_chance;
pub use seen::{Found, Seen};

/// Looks for many identifiers in all their forms at once.
#[derive(Debug)]
pub struct Search {
    identifiers: Vec<Identifier>,
    /// Of each pattern, whose it is and what it looks like.
    patterns: Vec<(usize, Form)>,
    automaton: AhoCorasick,
    longest: usize,
}

/// A place at which an identifier stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Which one, by its place in [`Search::identifiers`].
    pub identifier: usize,
    /// In which form.
    pub encoding: Encoding,
    /// How many bits of it agree.
    pub bits: u32,
    /// Where it begins.
    pub at: usize,
    /// How many bytes it takes there.
    pub length: usize,
}

impl Search {
    /// For these.
    ///
    /// # Errors
    /// They are too many for the library.
    pub fn new(identifiers: Vec<Identifier>) -> Result<Self, BuildError> {
        let patterns: Vec<(usize, Form)> = identifiers
            .iter()
            .enumerate()
            .flat_map(|(number, one)| {
                let forms = forms(&one.value).into_iter();
                forms.map(move |form| (number, form))
            })
            .collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(patterns.iter().map(|(_, form)| &form.bytes))?;
        let lengths = patterns.iter().map(|(_, form)| form.bytes.len());
        let longest = lengths.max().unwrap_or_default();
        Ok(Self {
            identifiers,
            patterns,
            automaton,
            longest,
        })
    }

    /// What is looked for.
    #[must_use]
    pub fn identifiers(&self) -> &[Identifier] {
        &self.identifiers
    }

    /// In how many forms.
    #[must_use]
    pub fn forms(&self) -> usize {
        self.patterns.len()
    }

    /// How many bytes the longest form has: whoever hands in pieces lets them overlap by so many.
    #[must_use]
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Every place, in the order of their ends; then those that are found only without line breaks.
    #[must_use]
    pub fn find(&self, bytes: &[u8]) -> Vec<Hit> {
        let mut found: Vec<Hit> = self.hits(bytes).collect();
        if let Some(unbroken) = Unbroken::of(bytes) {
            let more = self.hits(&unbroken.bytes).filter_map(|hit| {
                let place = unbroken.place(hit.at, hit.length);
                let is_new = place.broken && hit.encoding.script.may_be_broken();
                let (at, length) = (place.at, place.length);
                is_new.then_some(Hit { at, length, ..hit })
            });
            found.extend(more);
        }
        found
    }

    fn hits<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = Hit> + 'a {
        let all = self.automaton.find_overlapping_iter(bytes);
        all.filter_map(move |found| {
            let (identifier, form) = self.patterns.get(found.pattern().as_usize())?;
            let is_whole = form.encoding.shape != Shape::Address
                || stands_alone(bytes, found.start(), found.end());
            is_whole.then_some(Hit {
                identifier: *identifier,
                encoding: form.encoding,
                bits: form.bits,
                at: found.start(),
                length: found.len(),
            })
        })
    }
}

/// Whether an address is not a part of a longer one: `10.0.0.1` is none in `10.0.0.12` and `110.0.0.1`.
fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let six = bytes
        .get(start..end)
        .is_some_and(|text| text.contains(&b':'));
    let goes_on = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_digit() || six && byte.is_ascii_hexdigit())
    };
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    !goes_on(before) && !goes_on(bytes.get(end))
}

#[cfg(test)]
mod tests;
