//! What parties write to one another, sealed, so that their programs can speak TLS.

use super::certificate::Proof;

/// Bytes before the proof.
const HEAD: usize = 5;

/// One letter. The mailbox says whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Whether the writer lacks the reader's.
    pub asks: bool,
    /// The roster that the writer's index is of.
    pub epoch: u32,
    /// What makes its certificate.
    pub proof: Proof,
}

impl Letter {
    /// Reads one. None for bytes that are none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != HEAD + Proof::LENGTH {
            return None;
        }
        let (asks, rest) = bytes.split_first()?;
        let (epoch, proof) = rest.split_first_chunk()?;
        Some(Self {
            asks: match asks {
                0 => false,
                1 => true,
                _ => return None,
            },
            epoch: u32::from_be_bytes(*epoch),
            proof: Proof::read(proof)?,
        })
    }

    /// What is sent.
    pub fn bytes(&self) -> Vec<u8> {
        [
            &[u8::from(self.asks)][..],
            &self.epoch.to_be_bytes(),
            &self.proof.bytes(),
        ]
        .concat()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_letter_or_nothing(bytes in proptest::collection::vec(any::<u8>(), 95..105)) {
            if let Some(letter) = Letter::read(&bytes) {
                prop_assert_eq!(letter.bytes(), bytes);
            }
        }
    }
}
