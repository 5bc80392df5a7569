//! What an environment says of its overlay beyond the overlay's name.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

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
    /// A port.
    Port(u16),
    /// What stands in the file that was named.
    Contents(Contents),
}

/// What stands in a file. It may be secret, and is never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Contents(pub ByteBuf);

impl Options {
    /// The duration of that name, if one was given.
    pub fn duration(&self, name: &str) -> Option<Duration> {
        match self.0.get(name)? {
            OptionValue::Milliseconds(ms) => Some(Duration::from_millis(*ms)),
            _ => None,
        }
    }

    /// The word of that name, if one was given.
    pub fn word(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            OptionValue::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The list of that name, if one was given.
    pub fn words(&self, name: &str) -> Option<&[String]> {
        match self.0.get(name)? {
            OptionValue::Words(words) => Some(words),
            _ => None,
        }
    }

    /// The port of that name, if one was given.
    pub fn port(&self, name: &str) -> Option<u16> {
        match self.0.get(name)? {
            OptionValue::Port(port) => Some(*port),
            _ => None,
        }
    }

    /// What stands in the file of that name, if one was given.
    pub fn contents(&self, name: &str) -> Option<&[u8]> {
        match self.0.get(name)? {
            OptionValue::Contents(Contents(bytes)) => Some(bytes),
            _ => None,
        }
    }
}

impl fmt::Display for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Milliseconds(ms) => write!(f, "{ms} ms"),
            Self::Word(word) => f.write_str(word),
            Self::Words(words) => f.write_str(&words.join("+")),
            Self::Port(port) => port.fmt(f),
            Self::Contents(contents) => write!(f, "{contents:?}"),
        }
    }
}

impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
