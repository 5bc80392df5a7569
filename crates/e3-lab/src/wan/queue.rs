//! Packets on their way, by the time at which something has to be done with them.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::random::Random;

/// Nanoseconds since the router started.
pub(super) type Nanos = u64;

/// What is to be done with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// It has come through the path to the destination's line, which may be busy or lose it.
    Arrive,
    /// It leaves that line.
    Deliver,
}

/// Which way a packet goes, and how far it is.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) stage: Stage,
    /// What decides about it on the destination's line.
    pub(super) chance: Random,
    /// How many outages its path has had when it was sent.
    pub(super) epoch: u32,
}

/// A packet on its way.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) due: Nanos,
    pub(super) way: Way,
    pub(super) packet: Vec<u8>,
    /// Orders those that are due at the same time.
    order: u64,
}

/// What waiting packets may take of memory, all together: 4 Gbit/s over a path of half a second.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// Packets on their way, earliest first; of those due at the same time, the first to come.
#[derive(Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Reverse<Waiting>>,
    next: u64,
    /// The memory that waiting packets take.
    bytes: usize,
}

impl Queue {
    /// Whether memory for further packets is used up.
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= MOST_BYTES
    }

    pub(super) fn push(&mut self, due: Nanos, way: Way, packet: Vec<u8>) {
        let order = self.next;
        self.next += 1;
        self.bytes += packet.capacity() + size_of::<Waiting>();
        self.heap.push(Reverse(Waiting {
            due,
            way,
            packet,
            order,
        }));
    }

    /// When the first is due.
    pub(super) fn next_due(&self) -> Option<Nanos> {
        self.heap.peek().map(|Reverse(waiting)| waiting.due)
    }

    /// The first, if it is due by now.
    pub(super) fn pop_due(&mut self, now: Nanos) -> Option<Waiting> {
        if self.next_due()? > now {
            return None;
        }
        let Reverse(waiting) = self.heap.pop()?;
        self.bytes -= waiting.packet.capacity() + size_of::<Waiting>();
        Some(waiting)
    }
}

impl Waiting {
    fn key(&self) -> (Nanos, u64) {
        (self.due, self.order)
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Waiting {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn way(from: usize) -> Way {
        Way {
            from,
            to: 0,
            stage: Stage::Deliver,
            chance: Random::new(1),
            epoch: 0,
        }
    }

    #[test]
    fn memory_is_bounded_and_given_back() {
        let mut queue = Queue::default();
        let mut packets = 0;
        while !queue.is_full() {
            queue.push(1, way(0), Vec::with_capacity(1024 * 1024));
            packets += 1;
        }
        assert_eq!(packets, 256);
        while queue.pop_due(1).is_some() {
            assert!(!queue.is_full());
        }
        assert_eq!(queue.bytes, 0);
    }

    proptest! {
        #[test]
        fn packets_come_out_by_time_then_by_arrival(dues in prop::collection::vec(0_u64..20, 0..100)) {
            let mut queue = Queue::default();
            for (index, due) in dues.iter().enumerate() {
                queue.push(*due, way(index), Vec::new());
            }
            prop_assert!(dues.iter().all(|due| queue.next_due().unwrap() <= *due));
            let mut out = Vec::new();
            while let Some(waiting) = queue.pop_due(10) {
                out.push((waiting.due, waiting.way.from));
            }
            let mut expected: Vec<_> = dues.iter().enumerate().map(|(index, due)| (*due, index)).collect();
            expected.retain(|(due, _)| *due <= 10);
            expected.sort_unstable();
            prop_assert_eq!(out, expected);
        }
    }
}
