//! One pair of parties as observed.

use serde::{Deserialize, Serialize};

use super::PartyIndex;

/// What one party sees of its link to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkReport {
    /// The observer.
    pub from: PartyIndex,
    /// The other end.
    pub to: PartyIndex,
    /// How packets travel, or why they do not.
    pub path: Path,
    /// Round-trip time in milliseconds, the least of those measured.
    pub rtt_ms: Option<f64>,
}

/// How a pair is connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Path {
    /// Packets go from one host to the other; the address that was dialled or seen.
    Direct {
        /// The other end's address, as text.
        address: String,
    },
    /// Packets pass through a relay.
    Relayed {
        /// The relay's name or address.
        by: String,
    },
    /// Nothing arrives.
    Unreachable {
        /// Why, in words for a person.
        reason: String,
    },
}
