//! Syntax errors, in the words of somebody who wants to mend them.

use super::node::{Node, Value};
use crate::report::Report;
use crate::source::Place;

/// Reports what the TOML parser found, given what it made of the rest.
pub(super) fn report(errors: &[toml::de::Error], root: &Node, report: &mut Report) {
    let open = unclosed(root, report);
    for error in errors {
        let place = root.place.at(error.span().unwrap_or(0..0));
        // A bracket that is not closed swallows what follows it; that is no fault of its own.
        if open.is_none_or(|open| place < open) {
            say(place, error.message(), report);
        }
    }
    if let Some(open) = open {
        let start = open.span().start;
        let closing = if report.sources.text(open).starts_with('[') {
            "]"
        } else {
            "}"
        };
        report
            .lost(open.at(start..start + 1), "this bracket is never closed")
            .expected(format!("a `{closing}`"));
    }
}

/// The first list or inline table that begins with a bracket and does not end with one.
fn unclosed(node: &Node, report: &Report) -> Option<Place> {
    let text = report.sources.text(node.place);
    let open = (text.starts_with('[') && !text.ends_with(']'))
        || (text.starts_with('{') && !text.ends_with('}'));
    match &node.value {
        Value::Array(_) | Value::Table(_) if open => Some(node.place),
        Value::Array(items) => items.iter().find_map(|item| unclosed(item, report)),
        Value::Table(entries) => entries
            .iter()
            .find_map(|entry| unclosed(&entry.node, report)),
        Value::Text(_) | Value::Integer(_) | Value::Boolean(_) | Value::Other(_) => None,
    }
}

fn say(place: Place, message: &str, report: &mut Report) {
    if message == "duplicate key" {
        let place = report.sources.word(place);
        let key = report.sources.text(place).to_owned();
        report
            .syntax(place, format!("`{key}` stands here for the second time"))
            .expected("each key once");
        return;
    }
    if !message.starts_with("string values must be quoted") {
        let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
        let open = what.contains("string") && matches!(expected, "`\"`" | "`'`");
        let what = if open {
            "this text is never closed"
        } else {
            what
        };
        let finding = report.syntax(place, what);
        if !expected.is_empty() {
            finding.expected(expected);
        }
        return;
    }
    let bare = report.sources.text(place).to_owned();
    if bare.is_empty() {
        report
            .syntax(place, "a value is missing")
            .expected("text in quotes, a number, a list or a table");
    } else {
        report
            .syntax(place, "text must stand in quotes")
            .suggest(Some(format!("\"{bare}\"")));
    }
}
