//! A line's words, each with its place.

use std::ops::Range;

/// What separates two places, and whether it means both directions.
const SEPARATORS: &[(&str, Kind)] = &[
    ("<->", Kind::Both),
    ("->", Kind::OneWay),
    ("–", Kind::Both),
    ("—", Kind::Both),
    ("↔", Kind::Both),
    ("→", Kind::OneWay),
    (":", Kind::Colon),
];

/// A word, or what stands between words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    /// From where to where in the file, in bytes.
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Anything else.
    Plain,
    /// Between two places: both directions.
    Both,
    /// Between two places: from the first to the second.
    OneWay,
    /// Between the time and what happens.
    Colon,
}

/// The words of a line that begins at this byte of the file, up to its comment.
pub(super) fn words(line: &str, start: usize) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let line = line.split_once('#').map_or(line, |(before, _)| before);
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (length, kind) = next(rest);
        let (text, after) = rest.split_at(length);
        let at = start + line.len() - rest.len();
        words.push(Word {
            text,
            span: at..at + length,
            kind,
        });
        rest = after.trim_start();
    }
    words
}

/// How long the first word is, and of which kind.
fn next(text: &str) -> (usize, Kind) {
    if let Some((separator, kind)) = separator(text) {
        return (separator.len(), kind);
    }
    let end = text.char_indices().find(|(at, c)| {
        c.is_whitespace()
            || text
                .get(*at..)
                .is_some_and(|rest| separator(rest).is_some())
    });
    let length = end.map_or(text.len(), |(at, _)| at);
    // A hyphen that is a word of its own is no part of a name.
    let kind = if text.get(..length) == Some("-") {
        Kind::Both
    } else {
        Kind::Plain
    };
    (length, kind)
}

fn separator(text: &str) -> Option<(&'static str, Kind)> {
    let mut known = SEPARATORS.iter();
    known
        .find(|(separator, _)| text.starts_with(separator))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Vec<(&str, Kind)> {
        words(line, 0)
            .into_iter()
            .map(|word| (word.text, word.kind))
            .collect()
    }

    #[test]
    fn separators_need_no_space_but_the_hyphen_does() {
        let both = [("a-1", Kind::Plain), ("–", Kind::Both), ("b", Kind::Plain)];
        assert_eq!(split("a-1–b # both"), both);
        assert_eq!(split("a-1 - b")[1], ("-", Kind::Both));
        assert_eq!(split("a<->b")[1], ("<->", Kind::Both));
        assert_eq!(split("a->b")[1], ("->", Kind::OneWay));
        assert_eq!(split("a-b"), [("a-b", Kind::Plain)]);
    }

    #[test]
    fn words_know_their_place() {
        let line = "  at 1s: é→b";
        for word in words(line, 100) {
            let span = word.span.start - 100..word.span.end - 100;
            assert_eq!(&line[span], word.text);
        }
        assert_eq!(split(line)[2], (":", Kind::Colon));
    }
}
