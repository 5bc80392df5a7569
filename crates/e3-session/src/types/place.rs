//! Where a party's program runs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Kinds of places in which an overlay lets a party's program run. What is promised of a program may depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceKind {
    /// A network namespace of its own, in which there is nobody but its peers.
    Namespace,
    /// Its host's network, in which its peers are reached by forwards on 127.0.0.1.
    Forwards,
    /// Its host's network, in which its peers are reached at their hosts' addresses.
    Host,
}

impl PlaceKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Namespace, Self::Forwards, Self::Host];

    /// Its word in what parties sign, and in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Namespace => "namespace",
            Self::Forwards => "forwards",
            Self::Host => "host",
        }
    }
}

impl fmt::Display for PlaceKind {
    /// `a namespace of its own`, `its host's network, with forwards` or `its host's network`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Namespace => "a namespace of its own",
            Self::Forwards => "its host's network, with forwards",
            Self::Host => "its host's network",
        })
    }
}
