//! One stream.

use crate::{
    ResetWhy, StreamId, Violation,
    storage::{Pool, Queue},
};

/// Bytes that each end may send on a fresh stream.
pub(super) const FIRST_WINDOW: u32 = 128 << 10;

/// A stream that neither end has given up.
#[derive(Debug)]
pub(super) struct Stream {
    /// Bytes that may be sent.
    pub(super) credit: u64,
    /// Whether this end has said all.
    pub(super) finished: bool,
    /// Bytes that the program has not taken.
    pub(super) queue: Queue,
    /// Bytes that the peer may still send.
    pub(super) allowance: u32,
    /// Bytes that the peer may have sent before the program has taken them.
    pub(super) window: u32,
    /// Whether the peer has said all.
    pub(super) heard_all: bool,
    /// Whether it is in the list of those that have received something.
    pub(super) listed: bool,
}

impl Stream {
    pub(super) fn new() -> Self {
        Self {
            credit: FIRST_WINDOW.into(),
            finished: false,
            queue: Queue::default(),
            allowance: FIRST_WINDOW,
            window: FIRST_WINDOW,
            heard_all: false,
            listed: false,
        }
    }

    /// The peer sends so many bytes.
    pub(super) fn announced(&mut self, id: StreamId, count: u16) -> Result<(), Violation> {
        if self.heard_all {
            return Err(Violation::BehindEnd(id));
        }
        let left = self.allowance.checked_sub(count.into());
        self.allowance = left.ok_or(Violation::OverCredit(id))?;
        Ok(())
    }

    /// What the peer may send beyond what it already may; none as long as that is little.
    pub(super) fn owed(&self) -> Option<u32> {
        let queued = u32::try_from(self.queue.len()).unwrap_or(u32::MAX);
        let open = self.allowance.saturating_add(queued);
        (!self.heard_all && open <= self.window / 2).then(|| self.window - open)
    }

    /// Whether nothing is left to be done in either direction.
    pub(super) fn is_over(&self) -> bool {
        self.finished && self.has_ended()
    }

    /// Whether the program has taken all that the peer has said.
    pub(super) fn has_ended(&self) -> bool {
        self.heard_all && self.queue.is_empty()
    }

    pub(super) fn clear(&mut self, pool: &mut Pool) {
        self.queue.forget(self.queue.len(), pool);
    }
}

/// Whether a stream that the peer opens can be had.
pub(super) type Opened = Result<(), ResetWhy>;
