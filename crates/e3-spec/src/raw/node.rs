//! A tree of TOML values in which every key and value knows its place.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::syntax;
use crate::report::Report;
use crate::source::Place;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// A value as TOML has it.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    /// Beyond what fits, the largest that does.
    Integer(i128),
    Boolean(bool),
    /// Fractions and dates: no field takes one, so only what it is matters.
    Other(&'static str),
    Array(Vec<Node>),
    /// In the order of the file.
    Table(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_place: Place,
    pub(crate) node: Node,
}

impl Value {
    /// What it is, for people.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(_) => "a whole number",
            Self::Boolean(_) => "true or false",
            Self::Other(kind) => kind,
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Node {
    /// An empty table.
    pub(crate) fn empty(place: Place) -> Self {
        Self {
            place,
            value: Value::Table(Vec::new()),
        }
    }

    /// Reads a whole document; whatever is no TOML is reported, and the rest kept.
    pub(crate) fn document(text: &str, place: Place, report: &mut Report) -> Self {
        let (table, errors) = DeTable::parse_recoverable(text);
        let root = Self::from_table(table.get_ref(), place);
        if !errors.is_empty() {
            syntax::report(&errors, &root, report);
        }
        root
    }

    pub(crate) fn from_table(table: &DeTable<'_>, place: Place) -> Self {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                key_place: place.at(key.span()),
                node: Self::from_value(value.get_ref(), place.at(value.span())),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_place);
        Self {
            place,
            value: Value::Table(entries),
        }
    }

    fn from_value(value: &DeValue<'_>, place: Place) -> Self {
        let value = match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(integer) => Value::Integer(
                i128::from_str_radix(integer.as_str(), integer.radix()).unwrap_or(i128::MAX),
            ),
            DeValue::Float(_) => Value::Other("a number with a fraction"),
            DeValue::Datetime(_) => Value::Other("a date or time"),
            DeValue::Boolean(yes) => Value::Boolean(*yes),
            DeValue::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| Self::from_value(item.get_ref(), place.at(item.span())))
                    .collect(),
            ),
            DeValue::Table(table) => return Self::from_table(table, place),
        };
        Self { place, value }
    }

    /// The entries, if it is a table.
    pub(crate) fn entries_mut(&mut self) -> Option<&mut Vec<Entry>> {
        match &mut self.value {
            Value::Table(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key, if it is a table that has it.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries_mut()?
            .iter_mut()
            .find(|entry| entry.key == key)
            .map(|entry| &mut entry.node)
    }

    /// Sets a key of a table; nothing happens if it is none.
    pub(crate) fn set(&mut self, key: &str, key_place: Place, node: Node) {
        let Some(entries) = self.entries_mut() else {
            return;
        };
        match entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => {
                *entry = Entry {
                    key_place,
                    node,
                    ..entry.clone()
                }
            }
            None => entries.push(Entry {
                key: key.to_owned(),
                key_place,
                node,
            }),
        }
    }

    /// Moves every place in the tree.
    pub(crate) fn shift(&mut self, to: impl Fn(Range<usize>) -> Range<usize> + Copy) {
        self.place = self.place.at(to(self.place.span()));
        match &mut self.value {
            Value::Array(items) => items.iter_mut().for_each(|item| item.shift(to)),
            Value::Table(entries) => {
                for entry in entries {
                    entry.key_place = entry.key_place.at(to(entry.key_place.span()));
                    entry.node.shift(to);
                }
            }
            Value::Text(_) | Value::Integer(_) | Value::Boolean(_) | Value::Other(_) => {}
        }
    }

    /// Forgets a key of a table.
    pub(crate) fn remove(&mut self, key: &str) {
        if let Some(entries) = self.entries_mut() {
            entries.retain(|entry| entry.key != key);
        }
    }
}
