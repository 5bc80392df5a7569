//! Bytes without line breaks: long texts in Base64, as in a PEM (RFC 7468), are written in lines.

/// The same without line breaks, those that are written as `\n` among them.
pub(super) struct Unbroken {
    pub(super) bytes: Vec<u8>,
    /// Where in these something was left out, and how much has been until there.
    left_out: Vec<(usize, usize)>,
}

/// Where something stands in the original.
pub(super) struct Place {
    pub(super) at: usize,
    pub(super) length: usize,
    /// Whether a line ends in it.
    pub(super) broken: bool,
}

impl Unbroken {
    /// None where there is no line break.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let mut left = Vec::with_capacity(bytes.len());
        let mut left_out: Vec<(usize, usize)> = Vec::new();
        let (mut rest, mut sum) = (bytes, 0);
        while let Some(byte) = rest.first() {
            let length = match rest {
                [b'\r' | b'\n', ..] => 1,
                [b'\\', b'n' | b'r', ..] => 2,
                _ => 0,
            };
            if length == 0 {
                left.push(*byte);
            } else {
                sum += length;
                left_out.push((left.len(), sum));
            }
            rest = rest.get(length.max(1)..).unwrap_or_default();
        }
        (!left_out.is_empty()).then_some(Self {
            bytes: left,
            left_out,
        })
    }

    /// Where this stands in the original.
    pub(super) fn place(&self, at: usize, length: usize) -> Place {
        let last = at + length.saturating_sub(1);
        let (before, within) = (self.left_out_until(at), self.left_out_until(last));
        Place {
            at: at + before,
            length: length + within - before,
            broken: within > before,
        }
    }

    /// How much was left out before this byte.
    fn left_out_until(&self, at: usize) -> usize {
        let behind = self.left_out.partition_point(|(place, _)| *place <= at);
        let last = behind
            .checked_sub(1)
            .and_then(|last| self.left_out.get(last));
        last.map_or(0, |(_, sum)| *sum)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    #[test]
    fn what_has_no_line_break_stays() {
        assert!(Unbroken::of(b"one line").is_none());
    }

    proptest! {
        #[test]
        fn every_byte_keeps_its_place(bytes in vec(prop::sample::select(b"ab\r\n\\n".to_vec()), 0..60)) {
            if let Some(unbroken) = Unbroken::of(&bytes) {
                for (at, byte) in unbroken.bytes.iter().enumerate() {
                    prop_assert_eq!(bytes[unbroken.place(at, 1).at], *byte);
                }
                let whole = unbroken.place(0, unbroken.bytes.len());
                prop_assert!(whole.at + whole.length <= bytes.len());
            }
        }
    }
}
