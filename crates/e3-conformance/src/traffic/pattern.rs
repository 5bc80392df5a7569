//! Bytes that tell where in a stream they belong.

/// Bytes after which the base begins again; a stamp keeps the repetitions apart.
const BLOCK: usize = 64 * 1024;

/// Bytes of a stamp.
const STAMP: usize = 8;

/// A stream of bytes in which no piece looks like another: blocks of one pseudo-random base, each of which begins with
/// its own number. Making it and comparing it costs little more than copying, even unoptimised.
pub(crate) struct Pattern {
    base: Vec<u8>,
    at: usize,
}

impl Pattern {
    /// The stream of a seed, from its beginning.
    pub(crate) fn new(seed: u64) -> Self {
        let mut state = seed;
        let mut next = || {
            // A linear congruential generator with Knuth's constants, of which the upper bits are good.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let [.., top] = state.to_le_bytes();
            top
        };
        Self {
            base: std::iter::repeat_with(&mut next).take(BLOCK).collect(),
            at: 0,
        }
    }

    /// Writes the next bytes of the stream.
    pub(crate) fn fill(&mut self, mut room: &mut [u8]) {
        while !room.is_empty() {
            let (block, offset) = (self.at / BLOCK, self.at % BLOCK);
            let length = room.len().min(BLOCK - offset);
            let (now, later) = room.split_at_mut(length);
            if let Some(base) = self.base.get(offset..offset + length) {
                now.copy_from_slice(base);
            }
            let stamp = block.to_le_bytes();
            for (byte, stamp) in now.iter_mut().zip(stamp.iter().skip(offset.min(STAMP))) {
                *byte ^= stamp;
            }
            self.at += length;
            room = later;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_make_no_difference() {
        let mut whole = vec![0; 3 * BLOCK + 5];
        Pattern::new(1).fill(&mut whole);
        let (mut pieces, mut pattern) = (Vec::new(), Pattern::new(1));
        for length in [3, 4, 20, BLOCK - 30, BLOCK + 1, 1].iter().cycle() {
            let mut piece = vec![0; (*length).min(whole.len() - pieces.len())];
            pattern.fill(&mut piece);
            pieces.extend(piece);
            if pieces.len() == whole.len() {
                break;
            }
        }
        assert!(pieces == whole);
    }

    #[test]
    fn blocks_and_seeds_differ() {
        let mut bytes = vec![0; 3 * BLOCK];
        Pattern::new(1).fill(&mut bytes);
        assert!(bytes[..BLOCK] != bytes[BLOCK..2 * BLOCK]);
        assert!(bytes[BLOCK..2 * BLOCK] != bytes[2 * BLOCK..]);
        let mut others = vec![0; BLOCK];
        Pattern::new(2).fill(&mut others);
        assert!(bytes[..BLOCK] != others);
    }
}
