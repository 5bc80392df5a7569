//! Memory for packets that wait.
//!
//! Most packets are small and a few are 64 KiB long, so there are three sizes; what has been used is used again.

/// The sizes, and how many unused ones of each are kept.
const SIZES: [(usize, usize); 3] = [
    (2048, 4096),
    (16 * 1024, 512),
    (super::packet::LONGEST, 256),
];

/// Memory for packets that wait.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    unused: [Vec<Vec<u8>>; SIZES.len()],
}

impl Buffers {
    /// A copy of a packet.
    pub(super) fn keep(&mut self, packet: &[u8]) -> Vec<u8> {
        let class = SIZES
            .iter()
            .zip(&mut self.unused)
            .find(|((size, _), _)| packet.len() <= *size);
        let mut buffer = match class {
            Some(((size, _), unused)) => unused.pop().unwrap_or_else(|| Vec::with_capacity(*size)),
            None => Vec::with_capacity(packet.len()),
        };
        buffer.clear();
        buffer.extend_from_slice(packet);
        buffer
    }

    /// Takes back what [`Self::keep`] gave.
    pub(super) fn reuse(&mut self, buffer: Vec<u8>) {
        let class = SIZES
            .iter()
            .zip(&mut self.unused)
            .find(|((size, _), _)| buffer.capacity() == *size);
        if let Some(((_, most), unused)) = class
            && unused.len() < *most
        {
            unused.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again() {
        let mut buffers = Buffers::default();
        let first = buffers.keep(&[1; 100]);
        let place = first.as_ptr();
        buffers.reuse(first);
        let second = buffers.keep(&[2; 200]);
        assert_eq!((second.as_ptr(), second.as_slice()), (place, &[2; 200][..]));
        assert_eq!(
            buffers.keep(&vec![3; 60_000]).capacity(),
            super::super::packet::LONGEST
        );
    }
}
