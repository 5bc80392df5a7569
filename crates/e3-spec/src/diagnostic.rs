//! Diagnostics: what is wrong, where, what was expected, and what was probably meant.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde::Serialize;

use crate::source::Source;

/// One thing that is wrong with an e3.toml or with what overrides it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The file, as the caller named it, or `command line`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What would have been right.
    pub expected: Option<String>,
    /// What was probably meant.
    pub suggestion: Option<String>,
    #[serde(skip)]
    span: Range<usize>,
    #[serde(skip)]
    text: Arc<str>,
}

impl Diagnostic {
    pub(crate) fn new(
        source: &Source,
        span: Range<usize>,
        message: &str,
        expected: Option<&str>,
        suggestion: Option<&str>,
    ) -> Self {
        let text = Arc::clone(&source.text);
        let start = text.floor_char_boundary(span.start);
        let end = text.floor_char_boundary(span.end).max(start);
        let (line, column) = position(&text, start);
        Self {
            file: source.name.to_string(),
            line,
            column,
            message: visible(message),
            expected: expected.map(visible),
            suggestion: suggestion.map(visible),
            span: start..end,
            text,
        }
    }

    fn render(&self, renderer: &Renderer) -> String {
        let meant = self
            .suggestion
            .as_ref()
            .map(|suggestion| format!("did you mean `{suggestion}`?"));
        let expected = self
            .expected
            .as_ref()
            .map(|expected| format!("expected {expected}"));
        // The caret says the more helpful of the two; the other goes below.
        let (label, note) = match (meant, expected) {
            (Some(meant), note) => (Some(meant), note),
            (None, label) => (label, None),
        };
        let annotation = AnnotationKind::Primary.span(self.span.clone()).label(label);
        let snippet = Snippet::source(&*self.text)
            .path(&self.file)
            .annotation(annotation);
        let group = Level::ERROR.primary_title(&self.message).element(snippet);
        let group = match note {
            Some(note) => group.element(Level::NOTE.message(note)),
            None => group,
        };
        renderer.render(&[group])
    }
}

/// A text whose control characters can be seen: what stands in a file does not get to move the cursor.
fn visible(text: &str) -> String {
    let show = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    text.chars().map(show).collect()
}

/// Line and column, both from 1, of a byte of a text.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before
        .get(line_start..)
        .map_or(0, |line| line.chars().count());
    (before.matches('\n').count() + 1, column + 1)
}

/// Everything that is wrong, in the order of the file. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    pub(crate) fn new(all: Vec<Diagnostic>) -> Self {
        Self(all)
    }

    /// Each one by itself.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// For people: each with its line and a caret, separated by blank lines. `color` adds ANSI colours.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let all: Vec<String> = self
            .0
            .iter()
            .map(|diagnostic| diagnostic.render(&renderer))
            .collect();
        all.join("\n\n")
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
