//! Reading values out of the tree. What cannot be read is reported, and reading goes on.

use std::borrow::Cow;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::node::{Entry, Node, Value};
use super::tables::{Document, SiteRule};
use crate::near::{nearest, one_of};
use crate::report::{Checked, Report, Reported};
use crate::source::Place;
use crate::text::{self, Invalid};
use crate::{choice, comparison, identity, number, quantity, service, subnet};

/// A type that a node can be read into.
pub(crate) trait Read: JsonSchema + Sized {
    /// The value, or `None` after having reported why there is none.
    fn read(node: &Node, report: &mut Report) -> Option<Self>;
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    pub(crate) place: Place,
    pub(crate) value: T,
}

/// A field of a table.
#[derive(Debug)]
pub(crate) enum Field<T> {
    /// Not in the table.
    Absent,
    /// There, and wrong, which has been reported.
    Wrong,
    /// There.
    Given(At<T>),
}

impl<T: Read> Field<T> {
    pub(crate) fn of(node: &Node, report: &mut Report) -> Self {
        match T::read(node, report) {
            Some(value) => Self::Given(At {
                place: node.place,
                value,
            }),
            None => Self::Wrong,
        }
    }
}

impl<T> Field<T> {
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The value with its place, if there is a good one.
    pub(crate) fn given(&self) -> Option<&At<T>> {
        match self {
            Self::Given(at) => Some(at),
            Self::Absent | Self::Wrong => None,
        }
    }

    /// Where it stands, if there is a good one.
    pub(crate) fn place(&self) -> Option<Place> {
        self.given().map(|at| at.place)
    }

    /// The value with its place, where its absence has been reported.
    pub(crate) fn present(&self) -> Checked<&At<T>> {
        self.given().ok_or(Reported)
    }

    /// Whether it is absent; otherwise there is something wrong with it.
    pub(crate) fn absent(&self) -> Checked<()> {
        if self.is_absent() {
            Ok(())
        } else {
            Err(Reported)
        }
    }

    /// The value, or the default where it is absent.
    pub(crate) fn or(&self, default: T) -> Checked<T>
    where
        T: Clone,
    {
        Ok(self.optional()?.unwrap_or(default))
    }

    /// The value if there is one.
    pub(crate) fn optional(&self) -> Checked<Option<T>>
    where
        T: Clone,
    {
        match self {
            Self::Absent => Ok(None),
            Self::Wrong => Err(Reported),
            Self::Given(at) => Ok(Some(at.value.clone())),
        }
    }
}

/// Reports that a node is of the wrong type.
pub(crate) fn wrong_type(node: &Node, expected: &str, report: &mut Report) {
    let found = node.value.kind();
    report
        .wrong(node.place, format!("this is {found}"))
        .expected(expected);
}

/// Text; on the command line, a number or word that needs no quotes there either.
impl Read for String {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        let bare = match &node.value {
            Value::Text(text) => return Some(text.clone()),
            Value::Array(_) | Value::Table(_) => {
                wrong_type(node, "text in quotes", report);
                return None;
            }
            Value::Integer(_) | Value::Boolean(_) | Value::Other(_) => {
                report.sources.text(node.place).to_owned()
            }
        };
        if node.place.is_override() {
            return Some(bare);
        }
        let found = node.value.kind();
        report
            .wrong(node.place, format!("this is {found}"))
            .expected("text in quotes")
            .suggest(Some(format!("\"{bare}\"")));
        None
    }
}

macro_rules! read_text {
    ($($name:ty),+) => {
        $(impl Read for $name {
            fn read(node: &Node, report: &mut Report) -> Option<Self> {
                let text = String::read(node, report)?;
                text.parse().map_err(|invalid| report.invalid(node.place, invalid)).ok()
            }
        })+
    };
}
read_text!(
    text::EnvironmentName,
    text::HostName,
    text::FilePath,
    text::TravelPath,
    text::VariableName,
    text::Version
);
read_text!(
    quantity::Time,
    quantity::Timeout,
    quantity::Moment,
    quantity::Rate,
    quantity::Probability
);
read_text!(choice::Output, choice::Kind, SiteRule);
read_text!(
    choice::NatPreset,
    choice::Dependence,
    choice::NatPorts,
    choice::Family,
    text::CarrierName
);
read_text!(
    choice::IdentityScheme,
    choice::ServiceKind,
    choice::Lifetime,
    text::AuthorityName,
    identity::Pin,
    identity::DidText,
    service::ServicePort,
    subnet::VirtualNetwork
);

impl Read for bool {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        if let Value::Boolean(yes) = node.value {
            return Some(yes);
        }
        let text = match &node.value {
            Value::Text(text) => text.parse::<Self>().ok(),
            _ => None,
        };
        let found = node.value.kind();
        report
            .wrong(node.place, format!("this is {found}"))
            .expected("true or false")
            .suggest(text.map(|yes| yes.to_string()));
        None
    }
}

read_text!(choice::Dialling, choice::Ports, choice::ProbeName);
read_text!(
    choice::Suite,
    comparison::ComparedWay,
    comparison::ComparedNetwork,
    comparison::ComparedProgram,
    comparison::ComparedSize,
    comparison::CellName
);

/// A whole number of any size.
pub(crate) fn integer(node: &Node, expected: &str, report: &mut Report) -> Option<i128> {
    if let Value::Integer(number) = node.value {
        return Some(number);
    }
    let text = match &node.value {
        Value::Text(text) => text.parse::<i128>().ok(),
        _ => None,
    };
    let found = node.value.kind();
    report
        .wrong(node.place, format!("this is {found}"))
        .expected(expected)
        .suggest(text.map(|n| n.to_string()));
    None
}

impl Read for u64 {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        const EXPECTED: &str = "a whole number from 0 to 2^64 - 1";
        let number = integer(node, EXPECTED, report)?;
        let fit = Self::try_from(number).ok();
        if fit.is_none() {
            report
                .wrong(node.place, "this number is out of range")
                .expected(EXPECTED);
        }
        fit
    }
}

macro_rules! read_bounded {
    ($($name:ident)+) => {
        $(impl Read for number::$name {
            fn read(node: &Node, report: &mut Report) -> Option<Self> {
                let number = integer(node, "a whole number", report)?;
                Self::try_from(number).map_err(|invalid| report.invalid(node.place, invalid)).ok()
            }
        })+
    };
}
read_bounded!(PartyCount Port Threshold Rounds);

/// A list in which every item knows its place.
#[derive(Clone, Debug)]
pub(crate) struct List<T>(pub(crate) Vec<At<T>>);

impl<T: Read> Read for List<T> {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        let Value::Array(items) = &node.value else {
            wrong_type(node, "a list in square brackets", report);
            return None;
        };
        let read: Vec<Option<At<T>>> = items
            .iter()
            .map(|item| {
                T::read(item, report).map(|value| At {
                    place: item.place,
                    value,
                })
            })
            .collect();
        read.into_iter().collect::<Option<_>>().map(Self)
    }
}

impl<T: JsonSchema> JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("ListOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": generator.subschema_for::<T>() })
    }
}

/// A table whose keys are names that the user chooses, in the order of the file.
#[derive(Debug)]
pub(crate) struct Named<K, T> {
    /// Every key that is a valid name, and its value.
    pub(crate) entries: Vec<(At<K>, Field<T>)>,
    /// Whether that is all of them; what is left out has been reported.
    pub(crate) complete: bool,
}

impl<K: FromStr<Err = Invalid> + JsonSchema, T: Read> Read for Named<K, T> {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        let Value::Table(entries) = &node.value else {
            wrong_type(node, "a table", report);
            return None;
        };
        let mut named = Self {
            entries: Vec::new(),
            complete: true,
        };
        for entry in entries {
            let value = Field::of(&entry.node, report);
            match entry.key.parse() {
                Ok(key) => named.entries.push((
                    At {
                        place: entry.key_place,
                        value: key,
                    },
                    value,
                )),
                Err(invalid) => {
                    report.invalid(entry.key_place, invalid);
                    named.complete = false;
                }
            }
        }
        Some(named)
    }
}

impl<K: JsonSchema, T: JsonSchema> JsonSchema for Named<K, T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}By{}", T::schema_name(), K::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "propertyNames": generator.subschema_for::<K>(),
            "additionalProperties": generator.subschema_for::<T>(),
        })
    }
}

/// Takes one field out of a table whose fields are `known`.
///
/// A field that is absent because its name is misspelt is wrong, not absent: nobody needs to hear of it twice.
pub(crate) fn field<T: Read>(
    node: &Node,
    key: &str,
    known: &[&str],
    report: &mut Report,
) -> Field<T> {
    let Value::Table(entries) = &node.value else {
        return Field::Absent;
    };
    if let Some(entry) = entries.iter().find(|entry| entry.key == key) {
        return Field::of(&entry.node, report);
    }
    let misspelt = |entry: &Entry| meant(&entry.key, known) == Some(key);
    if entries.iter().any(misspelt) {
        Field::Wrong
    } else {
        Field::Absent
    }
}

impl Document {
    /// Whether it has a field of that name.
    pub(crate) fn has(key: &str) -> bool {
        Self::FIELDS.contains(&key)
    }

    /// The field that was probably meant by a key that is none.
    pub(crate) fn nearest(key: &str) -> Option<&'static str> {
        meant(key, Self::FIELDS)
    }
}

/// The field that was probably meant by a key that is none.
fn meant<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    if known.contains(&key) {
        None
    } else {
        nearest(key, known.iter().copied())
    }
}

/// Reports the keys of a table that it should not have; `None` if it is no table.
pub(crate) fn only_known(node: &Node, known: &[&str], report: &mut Report) -> Option<()> {
    let Value::Table(entries) = &node.value else {
        wrong_type(
            node,
            &format!("a table with {}", one_of(known.iter().copied())),
            report,
        );
        return None;
    };
    for entry in entries
        .iter()
        .filter(|entry| !known.contains(&entry.key.as_str()))
    {
        report
            .wrong(
                entry.key_place,
                format!("there is no field `{}` here", entry.key),
            )
            .expected(one_of(known.iter().copied()))
            .suggest(meant(&entry.key, known));
    }
    Some(())
}

/// A field's key: its name, without what tells Rust that it is no word of the language.
pub(crate) const fn key(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', ..] => field.split_at(2).1,
        _ => field,
    }
}

/// Defines a table of e3.toml: its fields, how it is read, and its JSON Schema, from one description.
macro_rules! table {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $field_doc:literal])* $field:ident: $type:ty,)* }) => {
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub(crate) struct $name {
            $($(#[doc = $field_doc])* pub(crate) $field: Field<$type>,)*
        }

        impl $name {
            pub(in crate::raw) const FIELDS: &[&str] = &[$($crate::raw::read::key(stringify!($field))),*];
        }

        impl $crate::raw::read::Read for $name {
            fn read(node: &$crate::raw::node::Node, report: &mut $crate::report::Report) -> Option<Self> {
                $crate::raw::read::only_known(node, Self::FIELDS, report)?;
                Some(Self { $($field: $crate::raw::read::field(node, $crate::raw::read::key(stringify!($field)), Self::FIELDS, report),)* })
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).trim_end_matches("Table").into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut properties = serde_json::Map::new();
                $({
                    let mut schema = generator.subschema_for::<$type>();
                    let doc = concat!($($field_doc,)* "").trim();
                    schema.insert("description".to_owned(), doc.into());
                    properties.insert($crate::raw::read::key(stringify!($field)).to_owned(), schema.into());
                })*
                schemars::json_schema!({
                    "type": "object",
                    "description": concat!($($doc,)* "").trim(),
                    "properties": properties,
                    "additionalProperties": false,
                })
            }
        }
    };
}
pub(crate) use table;
