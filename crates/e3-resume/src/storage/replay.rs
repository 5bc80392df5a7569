//! The sequence that this end sends: what the peer may not have received yet.

use super::{chunk::Pool, queue::Queue};

/// Bytes from the last one that the peer has acknowledged to the last one there is, and how far the carrier that is
/// attached has taken them.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    queue: Queue,
    /// The offset of the first byte that is kept.
    acknowledged: u64,
    /// Bytes that the carrier has taken, from the first one that is kept.
    sent: usize,
    /// The chunk in which the next byte for the carrier lies, and how far into what it holds.
    next: (usize, usize),
}

impl Replay {
    /// Bytes that are kept.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Bytes that wait for the carrier.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.len() - self.sent
    }

    pub(crate) fn push(&mut self, bytes: &[u8], pool: &mut Pool) {
        self.queue.push(bytes, pool);
    }

    pub(crate) fn spare(&mut self, least: usize, pool: &mut Pool) -> &mut [u8] {
        self.queue.spare(least, pool)
    }

    pub(crate) fn fill(&mut self, count: usize) {
        self.queue.fill(count);
    }

    /// The next bytes for the carrier, as many as lie together.
    pub(crate) fn unsent(&self) -> &[u8] {
        let (index, into) = self.next;
        let here = self.queue.piece(index).and_then(|piece| piece.get(into..));
        match here {
            Some([]) => self.queue.piece(index + 1).unwrap_or_default(),
            here => here.unwrap_or_default(),
        }
    }

    /// The carrier has taken `count` bytes of [`Self::unsent`].
    pub(crate) fn advance(&mut self, count: usize) {
        let (index, into) = self.next;
        let ended = self
            .queue
            .piece(index)
            .is_some_and(|piece| piece.len() == into);
        let count = count.min(self.unsent().len());
        self.next = if ended && count > 0 {
            (index + 1, count)
        } else {
            (index, into + count)
        };
        self.sent += count;
    }

    /// The peer has received all before `offset`; false if it cannot have.
    pub(crate) fn acknowledge(&mut self, offset: u64, pool: &mut Pool) -> bool {
        // It said so before its carrier ended, and again when the next began.
        if offset < self.acknowledged {
            return true;
        }
        let Some(count) = self.distance(offset).filter(|count| *count <= self.sent) else {
            return false;
        };
        let gone = self.queue.forget(count, pool);
        self.acknowledged = offset;
        self.sent -= count;
        // How far into its chunk the next byte lies counts from what that chunk still holds.
        if gone == 0 {
            self.next.1 -= if self.next.0 == 0 { count } else { 0 };
        } else {
            self.replace();
        }
        true
    }

    /// The peer has received all before `offset` and nothing behind it: a new carrier begins there. False if it cannot
    /// be.
    pub(crate) fn restart(&mut self, offset: u64, pool: &mut Pool) -> bool {
        let Some(count) = self.distance(offset) else {
            return false;
        };
        self.queue.forget(count, pool);
        self.acknowledged = offset;
        self.sent = 0;
        self.next = (0, 0);
        true
    }

    /// How far an offset lies behind the first byte that is kept, if it is not behind the last.
    fn distance(&self, offset: u64) -> Option<usize> {
        let count = usize::try_from(offset.checked_sub(self.acknowledged)?).ok()?;
        (count <= self.queue.len()).then_some(count)
    }

    /// Finds the next byte for the carrier again.
    fn replace(&mut self) {
        let mut left = self.sent;
        for index in 0..self.queue.count() {
            let len = self.queue.piece(index).map_or(0, <[u8]>::len);
            if left <= len {
                self.next = (index, left);
                return;
            }
            left -= len;
        }
        self.next = (0, 0);
    }
}
