//! Bytes in order.

use std::collections::VecDeque;

use super::chunk::{Chunk, Pool};

/// Bytes in order. Empty, it holds no memory.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    chunks: VecDeque<Chunk>,
    len: usize,
}

impl Queue {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first bytes, as many as lie together.
    pub(crate) fn front(&self) -> &[u8] {
        self.chunks.front().map(Chunk::bytes).unwrap_or_default()
    }

    /// All bytes, piece by piece.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        self.chunks.iter().map(Chunk::bytes)
    }

    pub(super) fn piece(&self, index: usize) -> Option<&[u8]> {
        self.chunks.get(index).map(Chunk::bytes)
    }

    pub(super) fn count(&self) -> usize {
        self.chunks.len()
    }

    pub(crate) fn push(&mut self, mut bytes: &[u8], pool: &mut Pool) {
        while !bytes.is_empty() {
            let spare = self.spare(1, pool);
            let count = spare.len().min(bytes.len());
            let (now, later) = bytes.split_at(count);
            if let Some(room) = spare.get_mut(..count) {
                room.copy_from_slice(now);
            }
            self.fill(count);
            bytes = later;
        }
    }

    /// Memory behind the last byte: `least` bytes that lie together, or more.
    pub(crate) fn spare(&mut self, least: usize, pool: &mut Pool) -> &mut [u8] {
        if self.chunks.back().is_none_or(|last| last.room() < least) {
            self.chunks.push_back(pool.take());
        }
        self.chunks.back_mut().map(Chunk::spare).unwrap_or_default()
    }

    /// Takes `count` bytes of [`Self::spare`] as filled.
    pub(crate) fn fill(&mut self, count: usize) {
        if let Some(last) = self.chunks.back_mut() {
            last.fill(count);
            self.len += count;
        }
    }

    /// Forgets the first `count` bytes. Says how many chunks went with them.
    pub(crate) fn forget(&mut self, mut count: usize, pool: &mut Pool) -> usize {
        let mut gone = 0;
        while let Some(first) = self.chunks.front_mut() {
            let now = count.min(first.len());
            first.forget(now);
            self.len -= now;
            count -= now;
            if first.len() > 0 {
                break;
            }
            if let Some(chunk) = self.chunks.pop_front() {
                pool.give(chunk);
                gone += 1;
            }
        }
        gone
    }
}
