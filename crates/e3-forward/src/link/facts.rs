//! What a link tells about itself.

use std::time::Duration;

use tokio::time::Instant;

use super::CarrierFacts;

/// Whether a link has a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// It needs another: it has none, or nothing was heard on the one that it has. Time to dial.
    Searching {
        /// Since when.
        since: Instant,
        /// Why, in words for a person.
        why: String,
    },
    /// It has one.
    Attached {
        /// What it was when it was attached.
        facts: CarrierFacts,
    },
    /// It takes no more carriers: the peer has left, was removed, or does not keep to the protocol.
    Over {
        /// Why, in words for a person.
        reason: String,
    },
}

/// What a link has done so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkFacts {
    /// The carrier that it is attached to, as it is now.
    pub carrier: Option<CarrierFacts>,
    /// The least round-trip time of the last few that were measured on that carrier.
    pub rtt: Option<Duration>,
    /// Bytes of programs that were taken to be sent.
    pub sent: u64,
    /// Bytes of programs that were received.
    pub received: u64,
    /// How often the link went on over another carrier.
    pub resumptions: u64,
    /// Connections of programs that it has now.
    pub streams: usize,
}
