//! `--json`: exactly one document on standard output, which names its schema and the schema's version.

use serde::Serialize;

use crate::fault::Fault;
use crate::out;

/// A document: its schema first, then the fields of its body.
#[derive(Serialize)]
struct Document<'a, T> {
    schema: String,
    #[serde(flatten)]
    body: &'a T,
}

/// Prints `body`, which must serialize to a map, as the document of `verb`: `"schema": "e3/<verb>/1"`.
///
/// # Errors
/// When `body` is no map, or standard output cannot be written.
pub fn print<T: Serialize>(verb: &str, body: &T) -> Result<(), Fault> {
    out::line(&render(verb, body)?)
}

/// The same as one line, for verbs that print a document after the other.
///
/// # Errors
/// As [`print`].
pub fn line<T: Serialize>(verb: &str, body: &T) -> Result<(), Fault> {
    let document = Document {
        schema: format!("e3/{verb}/1"),
        body,
    };
    let text = serde_json::to_string(&document).map_err(|error| unwritten(verb, &error))?;
    out::line(&text)
}

fn render<T: Serialize>(verb: &str, body: &T) -> Result<String, Fault> {
    let document = Document {
        schema: format!("e3/{verb}/1"),
        body,
    };
    serde_json::to_string_pretty(&document).map_err(|error| unwritten(verb, &error))
}

fn unwritten(verb: &str, error: &serde_json::Error) -> Fault {
    Fault::ours(format!(
        "the outcome of `{verb}` cannot be written as JSON: {error}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_names_its_schema_first() {
        let text = render("plan", &serde_json::json!({ "a": 1 })).unwrap();
        assert_eq!(text, "{\n  \"schema\": \"e3/plan/1\",\n  \"a\": 1\n}");
    }

    #[test]
    fn what_is_no_map_is_refused() {
        assert!(render("plan", &3).is_err());
    }
}
