//! The tables of overlays: `[quic]` and the like. Which there are, and what may stand in them, only the caller knows.

use std::iter;

use schemars::{JsonSchema as _, SchemaGenerator};
use serde_json::json;

use super::node::{Entry, Node, Value};
use super::read::{At, wrong_type};
use super::tables::Document;
use crate::known::KnownOverlay;
use crate::near::nearest;
use crate::option::{KnownOption, OWN, OptionShape};
use crate::quantity::Timeout;
use crate::report::Report;

/// What stands in an overlay's table; none of it has been looked at.
#[derive(Debug)]
pub(crate) struct OptionsTable<'a> {
    pub(crate) overlay: KnownOverlay<'a>,
    pub(crate) options: Vec<(At<String>, Node)>,
}

/// Takes the tables of overlays out of a document. What is no table is reported, and so is a name that is nearly that of an
/// overlay.
pub(crate) fn take<'a>(
    root: &mut Node,
    overlays: &[KnownOverlay<'a>],
    report: &mut Report,
) -> Vec<OptionsTable<'a>> {
    let Some(entries) = root.entries_mut() else {
        return Vec::new();
    };
    let (theirs, others) = std::mem::take(entries)
        .into_iter()
        .partition::<Vec<_>, _>(|entry| !Document::has(&entry.key));
    *entries = others;
    let mut tables = Vec::new();
    for entry in theirs {
        match overlays.iter().find(|overlay| overlay.name == entry.key) {
            Some(overlay) => tables.extend(table(*overlay, entry.node, report)),
            None if misspelt(&entry, overlays, report) => {}
            // The document's own reader says what is wrong with it.
            None => entries.push(entry),
        }
    }
    tables
}

fn table<'a>(
    overlay: KnownOverlay<'a>,
    node: Node,
    report: &mut Report,
) -> Option<OptionsTable<'a>> {
    let Value::Table(entries) = node.value else {
        let expected = format!("a table with options of overlay {}", overlay.name);
        wrong_type(&node, &expected, report);
        return None;
    };
    let entries = entries.into_iter().map(|entry| {
        let key = At {
            place: entry.key_place,
            value: entry.key,
        };
        (key, entry.node)
    });
    Some(OptionsTable {
        overlay,
        options: entries.collect(),
    })
}

/// The JSON Schema of an overlay's table.
pub(crate) fn schema(overlay: &KnownOverlay<'_>) -> serde_json::Value {
    let property = |option: &KnownOption<'_>| {
        let mut property = match option.shape {
            OptionShape::Duration(..) => {
                let mut generator = SchemaGenerator::default();
                Timeout::json_schema(&mut generator).to_value()
            }
            OptionShape::OneOf(words) => json!({ "enum": words }),
            OptionShape::SomeOf(words) => json!({
                "type": "array",
                "items": { "enum": words },
                "minItems": 1,
                "uniqueItems": true,
            }),
            OptionShape::Source(_, words) => {
                let words: Vec<&str> = iter::once(OWN).chain(words.iter().copied()).collect();
                let url = json!({ "type": "string", "pattern": "^https://" });
                json!({ "anyOf": [
                    { "enum": words },
                    { "type": "array", "items": url, "minItems": 1 },
                ] })
            }
            OptionShape::Port => json!({ "type": "integer", "minimum": 1, "maximum": 65535 }),
            OptionShape::File => json!({ "type": "string" }),
        };
        property["description"] = option.summary.into();
        (option.name.to_owned(), property)
    };
    let properties: serde_json::Map<_, _> = overlay.options.iter().map(property).collect();
    json!({
        "type": "object",
        "description": format!("What is said of overlay {} beyond its name.", overlay.name),
        "properties": properties,
        "additionalProperties": false,
    })
}

/// Whether an overlay was meant and no field of the document.
fn misspelt(entry: &Entry, overlays: &[KnownOverlay<'_>], report: &mut Report) -> bool {
    let is_table = matches!(entry.node.value, Value::Table(_));
    let names = overlays.iter().map(|overlay| overlay.name);
    let Some(meant) = nearest(&entry.key, names).filter(|_| is_table) else {
        return false;
    };
    if Document::nearest(&entry.key).is_some() {
        return false;
    }
    report
        .wrong(
            entry.key_place,
            format!("there is no field `{}` here", entry.key),
        )
        .expected("the options of an overlay, under its name")
        .suggest(Some(meant));
    true
}
