//! Decentralized identifiers (W3C DID Core 1.0).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A DID, such as `did:key:z6Mk…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Did(String);

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
