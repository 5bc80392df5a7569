//! `--set KEY=VALUE`.

use toml::de::{DeTable, DeValue};

use crate::near::nearest;
use crate::raw::{Node, Value};
use crate::report::Report;
use crate::source::Place;

/// Sets the field at a path such as `hosts.ams.count`.
pub(super) fn set(root: &mut Node, key: &str, value: &str, report: &mut Report) {
    const FLAG: &str = "--set ";
    let whole = report.sources.add(&format!("{FLAG}{key}={value}"));
    let key_place = whole.at(FLAG.len()..FLAG.len() + key.len());
    let value_place = whole.at(FLAG.len() + key.len() + 1..whole.span().end);
    let path = keys(key, key_place, report);
    let node = parse(value, value_place, report);
    if let (Some(path), Some(node)) = (path, node) {
        descend(root, &path, node, report);
    }
}

/// One step of a path.
struct Step {
    name: String,
    place: Place,
}

/// The steps of a path, as TOML writes them: bare or in quotes, with dots between.
fn keys(key: &str, place: Place, report: &mut Report) -> Option<Vec<Step>> {
    let document = format!("{key} = 0");
    let mut steps = Vec::new();
    let parsed = DeTable::parse(&document);
    let mut table = parsed.as_ref().ok().map(toml::Spanned::get_ref);
    while let Some((name, value)) = table
        .filter(|table| table.len() == 1)
        .and_then(|table| table.iter().next())
    {
        let start = place.span().start;
        let span = start + name.span().start..start + name.span().end;
        steps.push(Step {
            name: name.get_ref().to_string(),
            place: place.at(span),
        });
        match value.get_ref() {
            DeValue::Integer(_) => return Some(steps),
            inner => table = inner.as_table(),
        }
    }
    report
        .wrong(place, "this names no field")
        .expected("a path such as `hosts.ams.count`");
    None
}

/// A value: TOML, or else text without quotes.
fn parse(value: &str, place: Place, report: &mut Report) -> Option<Node> {
    const KEY: &str = "v = ";
    let document = format!("{KEY}{value}");
    let opens = value.trim_start().starts_with(['[', '{', '"', '\'']);
    match DeTable::parse(&document) {
        Ok(table) if table.get_ref().len() == 1 => {
            let start = place.span().start;
            let mut root = Node::from_table(table.get_ref(), place);
            let mut node = root.get_mut("v")?.clone();
            node.shift(|span| {
                let inside = |at: usize| start + at.saturating_sub(KEY.len());
                inside(span.start)..inside(span.end)
            });
            Some(node)
        }
        Err(error) if opens => {
            report.wrong(place, format!("this is no TOML: {}", error.message()));
            None
        }
        _ => Some(Node {
            place,
            value: Value::Text(value.to_owned()),
        }),
    }
}

/// Walks down and sets the field, making tables where they are missing.
fn descend(node: &mut Node, path: &[Step], value: Node, report: &mut Report) {
    let Some((step, rest)) = path.split_first() else {
        return;
    };
    match &mut node.value {
        Value::Table(_) if rest.is_empty() => node.set(&step.name, step.place, value),
        Value::Table(entries) => {
            if !entries.iter().any(|entry| entry.key == step.name) {
                let meant = nearest(&step.name, entries.iter().map(|entry| entry.key.as_str()));
                if let Some(meant) = meant {
                    let message = format!("there is no `{}` to change", step.name);
                    report.wrong(step.place, message).suggest(Some(meant));
                    return;
                }
                node.set(&step.name, step.place, Node::empty(step.place));
            }
            if let Some(inner) = node.get_mut(&step.name) {
                descend(inner, rest, value, report);
            }
        }
        Value::Array(items) => {
            let count = items.len();
            match step
                .name
                .parse::<usize>()
                .ok()
                .and_then(|index| items.get_mut(index))
            {
                Some(item) if rest.is_empty() => *item = value,
                Some(item) => descend(item, rest, value, report),
                None => {
                    let message = format!("this list has no item `{}`", step.name);
                    report
                        .wrong(step.place, message)
                        .expected(format!("a number below {count}"));
                }
            }
        }
        other => {
            let message = format!(
                "`{}` cannot be set: what is above it is {}",
                step.name,
                other.kind()
            );
            report
                .wrong(step.place, message)
                .expected("a path to a field");
        }
    }
}
