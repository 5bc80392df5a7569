//! Fields of messages, one after another.

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A number of so many bytes, the highest first.
    pub(crate) fn number(&mut self, bytes: usize) -> Option<usize> {
        let bytes = self.take(bytes)?.iter();
        Some(bytes.fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    }

    /// What stands behind its length, which has so many bytes.
    pub(crate) fn behind(&mut self, bytes: usize) -> Option<Self> {
        let length = self.number(bytes)?;
        Some(Self(self.take(length)?))
    }

    /// A number of QUIC (RFC 9000, section 16).
    pub(crate) fn variable(&mut self) -> Option<u64> {
        let first = *self.0.first()?;
        let bytes = self.take(1 << (first >> 6))?.iter();
        let all = bytes.fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let bits = (8 << (first >> 6)) - 2;
        Some(all & ((1 << bits) - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9000, appendix A.1.
    #[test]
    fn numbers_of_quic_are_read() {
        let samples = [
            ("c2197c5eff14e88c", 151_288_809_941_952_652),
            ("9d7f3e7d", 494_878_333),
            ("7bbd", 15_293),
            ("25", 37),
            ("4025", 37),
        ];
        for (hex, number) in samples {
            let bytes = hex::decode(hex).unwrap();
            assert_eq!(Reader(&bytes).variable(), Some(number));
        }
    }
}
