//! What has been found wrong so far. Reading goes on after a finding, so that all are reported at once.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Place, Sources};
use crate::text::Invalid;

/// One thing that is wrong.
#[derive(Debug)]
pub(crate) struct Finding {
    place: Place,
    message: String,
    expected: Option<String>,
    suggestion: Option<String>,
    kind: FindingKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FindingKind {
    /// The text is no TOML.
    Syntax,
    /// The text is no TOML, and what follows cannot be trusted.
    Lost,
    /// Something is there and wrong.
    Wrong,
    /// Something should be there and is not.
    Missing,
}

impl Finding {
    pub(crate) fn expected(&mut self, expected: impl Into<String>) -> &mut Self {
        self.expected = Some(expected.into());
        self
    }

    pub(crate) fn suggest(&mut self, suggestion: Option<impl Into<String>>) -> &mut Self {
        self.suggestion = suggestion.map(Into::into);
        self
    }
}

/// Something is wrong, and the report says what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reported;

/// A value that is right, unless something about it has been reported.
pub(crate) type Checked<T> = Result<T, Reported>;

/// All findings, and the texts that they are about.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) sources: Sources,
    found: Vec<Finding>,
}

impl Report {
    pub(crate) fn new(sources: Sources) -> Self {
        Self {
            sources,
            found: Vec::new(),
        }
    }

    pub(crate) fn wrong(&mut self, place: Place, message: impl Into<String>) -> &mut Finding {
        self.push(place, message.into(), FindingKind::Wrong)
    }

    pub(crate) fn missing(&mut self, place: Place, message: impl Into<String>) -> &mut Finding {
        self.push(place, message.into(), FindingKind::Missing)
    }

    pub(crate) fn syntax(&mut self, place: Place, message: impl Into<String>) -> &mut Finding {
        self.push(place, message.into(), FindingKind::Syntax)
    }

    /// A syntax error after which nobody knows what belongs where.
    pub(crate) fn lost(&mut self, place: Place, message: impl Into<String>) -> &mut Finding {
        self.push(place, message.into(), FindingKind::Lost)
    }

    /// A text or number that its type refused.
    pub(crate) fn invalid(&mut self, place: Place, invalid: Invalid) -> Reported {
        let Invalid {
            value,
            what,
            expected,
            suggestion,
        } = invalid;
        self.wrong(place, format!("`{value}` is not {what}"))
            .expected(expected)
            .suggest(suggestion);
        Reported
    }

    fn push(&mut self, place: Place, message: String, kind: FindingKind) -> &mut Finding {
        // Several hosts of one group share its text: what is wrong with it is said once.
        let known = self
            .found
            .iter()
            .position(|f| f.place == place && f.message == message);
        let index = known.unwrap_or(self.found.len());
        if known.is_none() {
            self.found.push(Finding {
                place,
                message,
                expected: None,
                suggestion: None,
                kind,
            });
        }
        &mut self.found[index]
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All of it, in the order of the texts.
    pub(crate) fn into_diagnostics(mut self) -> Diagnostics {
        self.drop_echoes();
        self.found.sort_by_key(|finding| finding.place);
        let diagnostics = self.found.iter().map(|finding| {
            let Finding {
                place,
                message,
                expected,
                suggestion,
                kind: _,
            } = finding;
            let source = self.sources.source(*place);
            Diagnostic::new(
                &source,
                place.span(),
                message,
                expected.as_deref(),
                suggestion.as_deref(),
            )
        });
        Diagnostics::new(diagnostics.collect())
    }

    /// Drops what is only a consequence of broken syntax: what seems missing, what stands on a broken line, and
    /// everything when nobody knows where keys belong, because a table's header is broken or a bracket open.
    fn drop_echoes(&mut self) {
        let sources = &self.sources;
        let mut lines = Vec::new();
        let mut lost = false;
        for finding in &self.found {
            if matches!(finding.kind, FindingKind::Syntax | FindingKind::Lost) {
                lines.push(sources.line(finding.place));
                let header = sources
                    .line_text(finding.place)
                    .trim_start()
                    .starts_with('[');
                lost |= finding.kind == FindingKind::Lost || header;
            }
        }
        self.found.retain(|finding| match finding.kind {
            FindingKind::Syntax | FindingKind::Lost => true,
            FindingKind::Missing => lines.is_empty(),
            FindingKind::Wrong if finding.place.is_override() => true,
            FindingKind::Wrong => !lost && !lines.contains(&sources.line(finding.place)),
        });
    }
}
