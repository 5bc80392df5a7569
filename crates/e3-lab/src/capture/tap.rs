//! A queue between whoever sees packets and the thread that writes them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use crate::wan::packet;

/// How often both halves of a queue are tried.
const TRIES: usize = 16;

/// Packets that wait to be written, in the order in which they were seen.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    packets: Vec<Seen>,
}

/// A packet that waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) at: Duration,
    pub(super) way: Way,
    end: usize,
}

/// Which way a packet goes at the point where it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the host or site whose point it is.
    In,
    /// From it.
    Out,
    /// It passes by.
    Past,
}

/// The end at which packets are seen.
#[derive(Debug)]
pub(crate) struct Tap {
    queue: Arc<Queue>,
}

/// Both ends' common ground.
///
/// What waits is in two halves, and the writer never holds both: whoever sees packets finds one of them free even where the
/// writer lost its processor while it held the other, and waits for nobody.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: [Mutex<Batch>; 2],
    /// How many bytes may wait in each half; nearly all are in the first.
    room: usize,
    packets: AtomicU64,
    missed: AtomicU64,
    closed: AtomicBool,
}

impl Batch {
    /// The packets, each with its virtio header.
    pub(super) fn packets(&self) -> impl Iterator<Item = (Seen, &[u8])> {
        let mut start = 0;
        self.packets.iter().map(move |seen| {
            let packet = self.bytes.get(start..seen.end).unwrap_or_default();
            start = seen.end;
            (*seen, packet)
        })
    }

    /// Forgets them, and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.packets.clear();
    }
}

impl Tap {
    /// Copies a packet, with its virtio header, into the queue. Never waits: what finds no room is missed.
    pub(crate) fn see(&self, at: Duration, way: Way, packet: &[u8]) {
        let queue = &self.queue;
        if queue.closed.load(Ordering::Relaxed) {
            return;
        }
        let Some(mut waiting) = queue.free() else {
            return self.miss(packet);
        };
        if waiting.bytes.len() + packet.len() > queue.room {
            drop(waiting);
            return self.miss(packet);
        }
        waiting.bytes.extend_from_slice(packet);
        let end = waiting.bytes.len();
        waiting.packets.push(Seen { at, way, end });
        drop(waiting);
        let wire = packet::on_wire(packet);
        queue.packets.fetch_add(wire.packets, Ordering::Relaxed);
    }

    /// Counts packets that were never seen here.
    pub(super) fn missed(&self, packets: u64) {
        self.queue.missed.fetch_add(packets, Ordering::Relaxed);
    }

    fn miss(&self, packet: &[u8]) {
        self.missed(packet::on_wire(packet).packets);
    }
}

impl Queue {
    /// A queue with room for this many bytes.
    pub(super) fn new(room: usize) -> Arc<Self> {
        Arc::new(Self {
            waiting: Default::default(),
            room,
            packets: AtomicU64::new(0),
            missed: AtomicU64::new(0),
            closed: AtomicBool::new(false),
        })
    }

    /// The end at which packets are seen.
    pub(super) fn tap(self: &Arc<Self>) -> Tap {
        Tap {
            queue: Arc::clone(self),
        }
    }

    /// The half that the writer does not hold. None only where it went from one to the other just as each was tried, time
    /// and again: it rests in between.
    fn free(&self) -> Option<MutexGuard<'_, Batch>> {
        let mut halves = self.waiting.iter().cycle().take(2 * TRIES);
        halves.find_map(|half| match half.try_lock() {
            Ok(waiting) => Some(waiting),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        })
    }

    /// Exchanges what waits for empty batches. What is in both together is in no order; what is taken later is later.
    pub(super) fn take(&self, batches: &mut [Batch; 2]) {
        for (half, batch) in self.waiting.iter().zip(batches) {
            let mut waiting = half.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut *waiting, batch);
        }
    }

    /// Takes nothing more.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// How many packets it has taken, as on a wire.
    pub(super) fn packets(&self) -> u64 {
        self.packets.load(Ordering::Relaxed)
    }

    /// How many packets it had no room for, as on a wire.
    pub(super) fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_room_is_counted() {
        let queue = Queue::new(100);
        let tap = queue.tap();
        for number in 0..5_u8 {
            tap.see(Duration::from_secs(number.into()), Way::Past, &[number; 40]);
        }
        assert_eq!((queue.packets(), queue.missed()), (2, 3));
        let mut batches = <[Batch; 2]>::default();
        queue.take(&mut batches);
        let taken: Vec<_> = batches[0]
            .packets()
            .map(|(seen, bytes)| (seen.at.as_secs(), bytes[39]))
            .collect();
        assert_eq!(taken, [(0, 0), (1, 1)]);
        batches[0].clear();
        tap.see(Duration::ZERO, Way::In, &[9; 40]);
        queue.take(&mut batches);
        assert_eq!(batches[0].packets().count(), 1);
        queue.close();
        tap.see(Duration::ZERO, Way::In, &[9; 40]);
        assert_eq!((queue.packets(), queue.missed()), (3, 3));
    }

    #[test]
    fn nothing_is_missed_while_the_writer_takes() {
        const COUNT: u64 = 300_000;
        let queue = Queue::new(usize::MAX);
        let tap = queue.tap();
        let seeing = std::thread::spawn(move || {
            for number in 0..COUNT {
                tap.see(Duration::from_nanos(number), Way::Past, &[0; 40]);
            }
        });
        // It rests never, and so it meets the other again and again.
        let mut next = 0;
        let mut batches = <[Batch; 2]>::default();
        loop {
            let last = seeing.is_finished();
            batches.iter_mut().for_each(Batch::clear);
            queue.take(&mut batches);
            let mut taken: Vec<_> = batches
                .iter()
                .flat_map(|batch| batch.packets().map(|(seen, _)| seen.at))
                .collect();
            taken.sort();
            for at in taken {
                assert_eq!(at, Duration::from_nanos(next), "in order");
                next += 1;
            }
            if last {
                break;
            }
        }
        assert_eq!((next, queue.missed()), (COUNT, 0));
    }

    #[test]
    fn nobody_waits_for_a_writer_that_lost_its_processor() {
        let queue = Queue::new(1000);
        let tap = queue.tap();
        for half in &queue.waiting {
            let held = half.lock().unwrap();
            tap.see(Duration::ZERO, Way::In, &[9; 40]);
            drop(held);
        }
        assert_eq!((queue.packets(), queue.missed()), (2, 0));
    }
}
