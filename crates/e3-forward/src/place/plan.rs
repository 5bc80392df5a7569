//! What a place is to be like.

use std::{fmt, net::IpAddr, str::FromStr};

use e3_session::types::{Dial, PartyIndex, Ports};

/// Who is to be reached in a place, and how.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The party whose program is in it.
    pub me: PartyIndex,
    /// All parties, this one among them, in the order of their indices.
    pub parties: Vec<Resident>,
    /// Which connections the program needs.
    pub dial: Dial,
    /// The ports that programs listen on. In a namespace any other can be used as well.
    pub ports: Ports,
    /// What kind of place.
    pub wanted: Wanted,
}

/// A party, as programs see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// Its name in the roster.
    pub name: String,
    /// Its virtual addresses: one of each version of IP at most, the one that dial tables name first.
    pub addresses: Vec<IpAddr>,
}

/// What kind of place a program is to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wanted {
    /// A namespace where one can be had, forwards elsewhere.
    #[default]
    Auto,
    /// A namespace, or none at all.
    Namespace,
    /// Forwards on 127.0.0.1.
    Forwards,
}

/// A word that names no kind of place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place for a program: expected \"auto\", \"namespace\" or \"forwards\"")]
pub struct UnknownPlace(pub String);

impl Wanted {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Namespace, Self::Forwards];

    /// Its name in e3.toml and in an agreement.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Namespace => "namespace",
            Self::Forwards => "forwards",
        }
    }
}

impl FromStr for Wanted {
    type Err = UnknownPlace;

    fn from_str(word: &str) -> Result<Self, UnknownPlace> {
        let mut all = Self::ALL.into_iter();
        let unknown = || UnknownPlace(word.to_owned());
        all.find(|wanted| wanted.as_str() == word)
            .ok_or_else(unknown)
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
