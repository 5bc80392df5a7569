//! The texts that a declaration is made of, and places in them: the file, and what the command line overrides.

use std::ops::Range;
use std::sync::Arc;

/// Where in which text something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    source: usize,
    start: usize,
    end: usize,
}

impl Place {
    /// The very beginning of the file.
    pub(crate) const FILE: Self = Self {
        source: 0,
        start: 0,
        end: 0,
    };

    /// Whether it was said on the command line.
    pub(crate) fn is_override(self) -> bool {
        self.source != 0
    }

    /// A place of the same text.
    pub(crate) fn at(self, span: Range<usize>) -> Self {
        Self {
            start: span.start,
            end: span.end,
            ..self
        }
    }

    /// From where to where, in bytes.
    pub(crate) fn span(self) -> Range<usize> {
        self.start..self.end
    }
}

/// One text, and what it is called in diagnostics.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) name: Arc<str>,
    pub(crate) text: Arc<str>,
}

/// The file first, then every override.
#[derive(Debug)]
pub(crate) struct Sources(Vec<Source>);

impl Sources {
    pub(crate) fn new(file: &str, text: &str) -> Self {
        Self(vec![Source {
            name: file.into(),
            text: text.into(),
        }])
    }

    /// Adds what was said on the command line; the place is the whole of it.
    pub(crate) fn add(&mut self, text: &str) -> Place {
        self.0.push(Source {
            name: "command line".into(),
            text: text.into(),
        });
        Place {
            source: self.0.len() - 1,
            start: 0,
            end: text.len(),
        }
    }

    /// The text of that place, and what it is called.
    pub(crate) fn source(&self, place: Place) -> Source {
        self.0.get(place.source).cloned().unwrap_or_else(|| Source {
            name: "".into(),
            text: "".into(),
        })
    }

    /// What stands at the place.
    pub(crate) fn text(&self, place: Place) -> &str {
        self.0
            .get(place.source)
            .and_then(|source| source.text.get(place.span()))
            .unwrap_or("")
    }

    /// The whole key that a place lies in.
    pub(crate) fn word(&self, place: Place) -> Place {
        let text = self.0.get(place.source).map_or("", |source| &source.text);
        let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let before = text.get(..place.start).unwrap_or("");
        let after = text.get(place.start..).unwrap_or("");
        let start = before.trim_end_matches(part).len();
        let end = text.len() - after.trim_start_matches(part).len();
        if start < end {
            place.at(start..end)
        } else {
            place
        }
    }

    /// The number of the line, from 0, on which a place begins.
    pub(crate) fn line(&self, place: Place) -> usize {
        let text = self.0.get(place.source).map_or("", |source| &source.text);
        text.get(..place.start)
            .map_or(0, |before| before.matches('\n').count())
    }

    /// The line on which a place begins.
    pub(crate) fn line_text(&self, place: Place) -> &str {
        let text = self.0.get(place.source).map_or("", |source| &source.text);
        text.split('\n').nth(self.line(place)).unwrap_or("")
    }
}
