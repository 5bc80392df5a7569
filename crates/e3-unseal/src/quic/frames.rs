//! Frames of a handshake (RFC 9000, section 19).

use std::collections::BTreeMap;

use crate::reader::Reader;

/// What is said in CRYPTO frames, from its beginning as far as nothing is missing.
#[derive(Default)]
pub(super) struct Crypto(BTreeMap<usize, Vec<u8>>);

impl Crypto {
    /// Takes what stands in a packet's frames.
    pub(super) fn take(&mut self, frames: &[u8]) {
        let mut rest = Reader(frames);
        while self.next(&mut rest).is_some() {}
    }

    fn next(&mut self, rest: &mut Reader<'_>) -> Option<()> {
        match rest.variable()? {
            // PADDING, PING.
            0 | 1 => Some(()),
            kind @ (2 | 3) => acknowledgement(rest, kind == 3),
            6 => {
                let at = usize::try_from(rest.variable()?).ok()?;
                let length = usize::try_from(rest.variable()?).ok()?;
                self.0.insert(at, rest.take(length)?.to_vec());
                Some(())
            }
            // What else may stand there ends the connection.
            _ => None,
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (at, piece) in &self.0 {
            let Some(known) = bytes.len().checked_sub(*at) else {
                break;
            };
            bytes.extend_from_slice(piece.get(known..).unwrap_or_default());
        }
        bytes
    }
}

/// An ACK frame (section 19.3): the largest number, the delay, ranges and, in one kind, three counts.
fn acknowledgement(rest: &mut Reader<'_>, counts: bool) -> Option<()> {
    rest.variable()?;
    rest.variable()?;
    let ranges = rest.variable()?;
    rest.variable()?;
    for _ in 0..ranges {
        rest.variable()?;
        rest.variable()?;
    }
    if counts {
        for _ in 0..3 {
            rest.variable()?;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_put_together_whatever_their_order() {
        let mut crypto = Crypto::default();
        crypto.take(&[6, 3, 2, b'd', b'e', 0, 0, 1]);
        assert!(crypto.bytes().is_empty());
        crypto.take(&[2, 5, 0, 1, 0, 1, 1, 6, 0, 4, b'a', b'b', b'c', b'd']);
        crypto.take(&[6, 9, 1, b'z']);
        assert_eq!(crypto.bytes(), b"abcde");
    }
}
