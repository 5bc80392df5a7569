//! How far the peer's sequence has arrived.

use crate::{StreamId, wire::Assembler};

/// The peer's sequence, across carriers: a frame may begin on one and end on the next.
#[derive(Debug, Default)]
pub(super) struct Inbound {
    /// The beginning of a frame.
    pub(super) assembler: Assembler,
    /// The stream whose data come next, and how many bytes.
    pub(super) data: Option<(StreamId, usize)>,
    /// The offset behind the last byte that has arrived.
    pub(super) received: u64,
    /// The offset that the peer was told last.
    pub(super) acknowledged: u64,
}

impl Inbound {
    /// Bytes that the peer keeps because it was not told that they have arrived.
    pub(super) fn unacknowledged(&self) -> u64 {
        self.received - self.acknowledged
    }
}
