//! How much of this process a peer may take up.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many connections each peer may have open to the program here: each takes one of the files that this process may
/// have open. Half of them is shared out among the peers, so that none of them can take another's part; the other half
/// is for carriers, and for what the program opens itself.
#[derive(Debug)]
pub(super) struct Share {
    of_all: usize,
    peers: AtomicUsize,
}

impl Share {
    /// Of a process that may have so many files open.
    pub(super) fn of(files: usize) -> Self {
        Self {
            of_all: files / 2,
            peers: AtomicUsize::new(0),
        }
    }

    /// So many peers there are now.
    pub(super) fn among(&self, peers: usize) {
        self.peers.store(peers, Ordering::Relaxed);
    }

    /// How many connections one of them may have open.
    pub(super) fn of_each(&self) -> usize {
        self.of_all / self.peers.load(Ordering::Relaxed).max(1)
    }
}
