//! Reading a line word by word, and saying what is wrong with it.

use std::str::FromStr;

use super::places::Places;
use super::words::{Kind, Word};
use crate::report::{Checked, Report, Reported};
use crate::source::Place;
use crate::text::Invalid;

/// Reads one line.
pub(super) struct Reader<'a, 'r> {
    text: &'a str,
    /// The line's first word.
    pub(super) first: &'r Word<'a>,
    pub(super) rest: &'r [Word<'a>],
    /// The last word that was read.
    last: Word<'a>,
    pub(super) places: &'r Places,
    pub(super) report: &'r mut Report,
}

impl<'a, 'r> Reader<'a, 'r> {
    pub(super) fn new(
        text: &'a str,
        first: &'r Word<'a>,
        rest: &'r [Word<'a>],
        places: &'r Places,
        report: &'r mut Report,
    ) -> Self {
        Self {
            text,
            first,
            rest,
            last: first.clone(),
            places,
            report,
        }
    }

    /// The next word, whatever it is.
    pub(super) fn next(&mut self) -> Option<Word<'a>> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.last = first.clone();
        Some(first.clone())
    }

    /// Reads this word if it is the next.
    pub(super) fn takes(&mut self, text: &str) -> bool {
        let is_next = self.rest.first().is_some_and(|word| word.text == text);
        if is_next {
            self.next();
        }
        is_next
    }

    /// The next word, which must be one.
    pub(super) fn plain(&mut self, what: &str, expected: &str) -> Checked<Word<'a>> {
        match self.next() {
            Some(word) if word.kind == Kind::Plain => Ok(word),
            Some(other) => Err(self.wrong(
                &other,
                format!("`{}` stands where {what} should", other.text),
                expected,
            )),
            None => Err(self.lacks(what, expected)),
        }
    }

    /// The next quantity, `80ms` or `80 ms`, and where it stands.
    pub(super) fn quantity<T: FromStr<Err = Invalid>>(
        &mut self,
        what: &str,
        expected: &str,
    ) -> Checked<(T, Place)> {
        let first = self.plain(what, expected)?;
        let mut span = first.span.clone();
        let bare = first.text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if bare
            && self
                .rest
                .first()
                .is_some_and(|unit| unit.kind == Kind::Plain)
        {
            span.end = self.next().map_or(span.end, |unit| unit.span.end);
        }
        let place = Place::FILE.at(span.clone());
        let text = self.text.get(span).unwrap_or_default();
        match text.parse() {
            Ok(quantity) => Ok((quantity, place)),
            Err(invalid) => Err(self.report.invalid(place, invalid)),
        }
    }

    /// Reads a colon; where there is none next, says so and reads on behind the one that there may be.
    pub(super) fn colon(&mut self) -> Checked<()> {
        let is_colon = |word: &Word<'_>| word.kind == Kind::Colon;
        if self.rest.first().is_some_and(is_colon) {
            self.next();
            return Ok(());
        }
        let missing = self.lacks("a colon", "`at 10s: …`");
        while self.next().is_some_and(|word| !is_colon(&word)) {}
        Err(missing)
    }

    /// What is left of the line, as it was written.
    pub(super) fn rest_of_line(&self) -> String {
        let (Some(first), Some(last)) = (self.rest.first(), self.rest.last()) else {
            return String::new();
        };
        let said = self.text.get(first.span.start..last.span.end);
        said.unwrap_or_default().to_owned()
    }

    /// Says that something else was expected than this word.
    pub(super) fn wrong(&mut self, word: &Word<'_>, message: String, expected: &str) -> Reported {
        self.report
            .wrong(place_of(word), message)
            .expected(expected);
        Reported
    }

    /// Says that something is missing behind the last word.
    pub(super) fn lacks(&mut self, what: &str, expected: &str) -> Reported {
        let end = self.last.span.end;
        let message = format!("{what} is missing behind `{}`", self.last.text);
        let place = Place::FILE.at(end..end);
        self.report.wrong(place, message).expected(expected);
        Reported
    }

    /// Refuses further words.
    pub(super) fn end(&mut self) -> Checked<()> {
        let Some(word) = self.next() else {
            return Ok(());
        };
        Err(self.wrong(
            &word,
            format!("`{}` is more than can be said here", word.text),
            "the end of the line, or a comment behind `#`",
        ))
    }
}

pub(super) fn place_of(word: &Word<'_>) -> Place {
    Place::FILE.at(word.span.clone())
}
