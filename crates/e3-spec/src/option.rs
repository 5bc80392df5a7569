//! What an environment says of its overlay beyond the overlay's name.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::choice::ServiceKind;
use crate::number::Port;
use crate::quantity::Timeout;
use crate::text::FilePath;

/// What one option was given.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionValue {
    /// A duration.
    Duration(Timeout),
    /// A word.
    Word(String),
    /// Words or addresses, in the order in which they were given.
    Words(Vec<String>),
    /// A port.
    Port(Port),
    /// A file of this machine, which is read when the environment comes up.
    File(FilePath),
}

/// An option that an overlay has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownOption<'a> {
    /// Its name in e3.toml.
    pub name: &'a str,
    /// One line for a person: what it decides.
    pub summary: &'a str,
    /// What it may be.
    pub shape: OptionShape<'a>,
}

/// What an option may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionShape<'a> {
    /// A duration such as `10 min`, from the first to the second.
    Duration(Duration, Duration),
    /// One of these words.
    OneOf(&'a [&'a str]),
    /// A list of some of these words, each once.
    SomeOf(&'a [&'a str]),
    /// Where a service comes from: [`OWN`], one of these words, or a list of `https` URLs. Only with `own`, which is the
    /// default, the environment needs a service of that kind.
    Source(ServiceKind, &'a [&'a str]),
    /// A port, from 1 to 65535.
    Port,
    /// A file of this machine.
    File,
}

/// The word for a service of the environment itself.
pub(crate) const OWN: &str = "own";

impl fmt::Display for OptionValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duration(duration) => duration.fmt(f),
            Self::Word(word) => f.write_str(word),
            Self::Words(words) => write!(f, "[{}]", words.join(", ")),
            Self::Port(port) => port.fmt(f),
            Self::File(path) => path.fmt(f),
        }
    }
}
