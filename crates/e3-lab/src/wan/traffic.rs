//! What has passed through the wide area.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::packet::OnWire;

/// What has passed from one site to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Packets as on a wire: a long one counts as its segments.
    pub packets: u64,
    /// Bytes as on a wire, IP headers included.
    pub bytes: u64,
}

/// Packets that the wide area did not deliver, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Drops {
    /// By the declared loss of a line.
    pub lost: u64,
    /// Because the queue before a line of limited rate was full, or all that may wait in the wide area (256 MiB).
    pub overflowed: u64,
    /// Because no site has the address.
    pub unroutable: u64,
    /// Because a site's NAT or firewall does not let them pass.
    pub filtered: u64,
    /// Because a site's router did not take it.
    pub refused: u64,
}

/// Counts while the router runs.
#[derive(Debug)]
pub(crate) struct Counters {
    sites: usize,
    pairs: Vec<Pair>,
    pub(super) lost: AtomicU64,
    pub(super) overflowed: AtomicU64,
    pub(super) unroutable: AtomicU64,
    pub(super) filtered: AtomicU64,
    pub(super) refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Pair {
    packets: AtomicU64,
    bytes: AtomicU64,
}

impl Counters {
    pub(super) fn new(sites: usize) -> Self {
        Self {
            sites,
            pairs: std::iter::repeat_with(Pair::default)
                .take(sites * sites)
                .collect(),
            lost: AtomicU64::new(0),
            overflowed: AtomicU64::new(0),
            unroutable: AtomicU64::new(0),
            filtered: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    pub(super) fn passed(&self, from: usize, to: usize, wire: OnWire) {
        if let Some(pair) = self.pairs.get(from * self.sites + to) {
            pair.packets.fetch_add(wire.packets, Relaxed);
            pair.bytes.fetch_add(wire.bytes, Relaxed);
        }
    }

    /// What has been delivered from one site to another, by index.
    pub(crate) fn between(&self, from: usize, to: usize) -> Traffic {
        let pair = self.pairs.get(from * self.sites + to);
        pair.map_or_else(Traffic::default, |pair| Traffic {
            packets: pair.packets.load(Relaxed),
            bytes: pair.bytes.load(Relaxed),
        })
    }

    /// What has not been delivered.
    pub(crate) fn drops(&self) -> Drops {
        Drops {
            lost: self.lost.load(Relaxed),
            overflowed: self.overflowed.load(Relaxed),
            unroutable: self.unroutable.load(Relaxed),
            filtered: self.filtered.load(Relaxed),
            refused: self.refused.load(Relaxed),
        }
    }
}
