//! How parties are connected.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::words::{BASE, CONTROL, OWN, Word, is_mpyc};
use super::work::Work;
use crate::finding::Cell;

/// The ways that are compared, in the order of tables: overlays, and variants of them.
pub const WAYS: [Word; 8] = [
    (BASE, "plain TCP, by which all others are divided"),
    (CONTROL, "the same once more, the control"),
    ("tls", "the overlay of this name"),
    ("quic", "the overlay of this name"),
    ("wireguard", "the overlay of this name"),
    ("nebula", "the newest stock Nebula that this machine has"),
    ("nebula-1.6", "Nebula 1.6, as Debian has it"),
    ("headscale", "the overlay of this name"),
];

/// An overlay, or a variant of one, and how its parties are believed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Way {
    /// The overlay or its variant, such as `nebula-1.6`; `direct-again` is the control.
    pub overlay: String,
    /// The identity policy, such as `pinned`.
    pub identity: String,
}

/// What this machine can be asked for: a way's name with the identities that it works with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The overlay or its variant.
    pub overlay: String,
    /// The identities, that which it is used with unless another is said first.
    pub identities: Vec<String>,
    /// Why this machine cannot use it, if it cannot.
    pub lacks: Option<String>,
}

impl Way {
    /// Of these words.
    pub fn new(overlay: &str, identity: &str) -> Self {
        Self {
            overlay: overlay.to_owned(),
            identity: identity.to_owned(),
        }
    }

    /// That of a cell.
    pub fn of(cell: &Cell) -> Self {
        Self::new(&cell.overlay, &cell.identity)
    }

    /// Why a work cannot be done this way, if it cannot.
    pub fn unable(&self, work: &Work) -> Option<&'static str> {
        if self.overlay == "tls" && !is_mpyc(&work.program) && work.program != OWN {
            return Some("a probe speaks plain TCP, which overlay tls does not secure");
        }
        if self.overlay == "tls" && work.network == "nat" {
            return Some("overlay tls does not get through home routers");
        }
        None
    }
}

/// `quic.pinned`.
impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.overlay, self.identity)
    }
}
