//! Pieces of memory that are used again, the last one first: it is still in the processor's cache.

/// Bytes a chunk can hold.
const CHUNK: usize = 64 * 1024;

/// Chunks that are kept for later: 1 MiB.
const KEPT: usize = 16;

/// A piece of memory with the bytes that are in it.
#[derive(Debug)]
pub(crate) struct Chunk {
    memory: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Chunk {
    /// The bytes that are in it.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.memory.get(self.start..self.end).unwrap_or_default()
    }

    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    /// The memory behind them.
    pub(crate) fn spare(&mut self) -> &mut [u8] {
        self.memory.get_mut(self.end..).unwrap_or_default()
    }

    pub(crate) fn room(&self) -> usize {
        self.memory.len() - self.end
    }

    /// Takes `count` bytes of the spare memory as filled.
    pub(crate) fn fill(&mut self, count: usize) {
        self.end += count.min(self.room());
    }

    /// Forgets the first `count` bytes.
    pub(crate) fn forget(&mut self, count: usize) {
        self.start += count.min(self.len());
    }
}

/// Chunks that nobody uses now.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    free: Vec<Chunk>,
}

impl Pool {
    pub(crate) fn take(&mut self) -> Chunk {
        self.free.pop().unwrap_or_else(|| Chunk {
            memory: vec![0; CHUNK].into_boxed_slice(),
            start: 0,
            end: 0,
        })
    }

    pub(crate) fn give(&mut self, mut chunk: Chunk) {
        if self.free.len() < KEPT {
            chunk.start = 0;
            chunk.end = 0;
            self.free.push(chunk);
        }
    }
}
