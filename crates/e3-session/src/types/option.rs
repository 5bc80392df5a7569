//! What an environment says of its overlay beyond the overlay's name.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// An overlay's options that were given, by name; one that is not there has its default, which the overlay knows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Options(pub BTreeMap<String, OptionValue>);

/// What one option was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptionValue {
    /// A duration in milliseconds.
    Milliseconds(u64),
    /// A word of those that the overlay knows.
    Word(String),
    /// Words or addresses, in the order in which they were given.
    Words(Vec<String>),
}

impl Options {
    /// The duration of that name, if one was given.
    pub fn duration(&self, name: &str) -> Option<Duration> {
        match self.0.get(name)? {
            OptionValue::Milliseconds(ms) => Some(Duration::from_millis(*ms)),
            OptionValue::Word(_) | OptionValue::Words(_) => None,
        }
    }

    /// The word of that name, if one was given.
    pub fn word(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            OptionValue::Word(word) => Some(word),
            OptionValue::Milliseconds(_) | OptionValue::Words(_) => None,
        }
    }

    /// The list of that name, if one was given.
    pub fn words(&self, name: &str) -> Option<&[String]> {
        match self.0.get(name)? {
            OptionValue::Words(words) => Some(words),
            OptionValue::Milliseconds(_) | OptionValue::Word(_) => None,
        }
    }
}

impl fmt::Display for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Milliseconds(ms) => write!(f, "{ms} ms"),
            Self::Word(word) => f.write_str(word),
            Self::Words(words) => f.write_str(&words.join("+")),
        }
    }
}
