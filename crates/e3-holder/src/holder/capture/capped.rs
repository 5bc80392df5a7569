//! A file that takes a limited number of bytes; what is more is counted.

use std::{fs::File, io::Write};

/// Bytes that one party may leave on the controller's disk, per file.
const MOST: u64 = 64 * 1024 * 1024;

/// A file with a limit.
pub(super) struct Capped {
    file: File,
    left: u64,
    dropped: u64,
}

impl Capped {
    pub(super) fn new(file: File) -> Self {
        Self {
            file,
            left: MOST,
            dropped: 0,
        }
    }

    /// Bytes that were not written.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Writes as much as there is room for.
    pub(super) fn write(&mut self, data: &[u8]) {
        let room = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(data.len());
        let (kept, over) = data.split_at(room);
        self.left -= kept.len() as u64;
        self.dropped += over.len() as u64;
        // A full disk must not end a computation: what cannot be written is counted instead.
        if self.file.write_all(kept).is_err() {
            self.dropped += kept.len() as u64;
            self.left = 0;
        }
    }
}
