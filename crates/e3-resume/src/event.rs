//! What happens to a link.

use std::time::Duration;

use crate::{Call, Closed, Over, ResetWhy, StreamId};

/// A carrier of a link, as long as it has it. Never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CarrierId(pub(crate) u64);

/// Something that whoever drives a link has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The link goes over this carrier now.
    Attached(CarrierId),
    /// Nothing was heard for so long, though something was asked: time to look for another carrier.
    Suspect(Duration),
    /// Something was heard again on the carrier that was suspect.
    Recovered,
    /// The carrier is used no more. What [`Link::output`](crate::Link::output) still has for it should be sent, then it
    /// should be ended.
    Close(CarrierId, Closed),
    /// The peer has opened a stream.
    Opened(StreamId, Call),
    /// The peer has reset a stream; it is gone.
    Reset(StreamId, ResetWhy),
    /// The round-trip time was measured.
    Measured(Duration),
    /// The link has ended, and with it all its streams.
    Over(Over),
}
