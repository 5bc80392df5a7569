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
    /// What carries it now, such as `tls/tcp` or `quic`; none where the overlay does not tell.
    pub transport: Option<String>,
    /// Bytes of programs that were sent to the other end and that it has; none where the overlay carries none itself.
    pub sent: Option<u64>,
    /// Bytes of programs that came from the other end.
    pub received: Option<u64>,
    /// How often it has gone on over another connection than before.
    pub resumptions: u32,
    /// The paths that were tried, in the order in which their results came; none where the overlay tries but one.
    pub tried: Vec<Tried>,
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

/// One path that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// The path: direct or relayed; unreachable where there was none to try.
    pub path: Path,
    /// What would carry it, such as `tls/tcp` or `quic`.
    pub transport: String,
    /// What came of it.
    pub outcome: Attempt,
    /// Round-trip time over it in milliseconds, where the other end answered.
    pub rtt_ms: Option<f64>,
}

/// What came of a path that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attempt {
    /// The other end answered, and proved that it is the one of the roster.
    Answered,
    /// It did not, for this reason, in words for a person.
    Failed {
        /// The reason.
        reason: String,
    },
}

impl LinkReport {
    /// A link of which nothing but the path and, maybe, its round-trip time is known.
    pub fn new(from: PartyIndex, to: PartyIndex, path: Path, rtt_ms: Option<f64>) -> Self {
        Self {
            from,
            to,
            path,
            rtt_ms,
            transport: None,
            sent: None,
            received: None,
            resumptions: 0,
            tried: Vec::new(),
        }
    }
}
