//! Words that people compare by voice, to know that all have the same roster.
//!
//! They come of every party's nonce, and every party commits to its nonce before it sees any other (as RFC 6189 does,
//! section 4.4.1.1): so nobody can search for a roster, or a nonce, that gives the words of another.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_bytes::Bytes;

use crate::canonical;

mod list;

/// Names what a commitment hashes.
pub const COMMITMENT: &str = "e3/commitment/1";

/// Names what the words are made from.
pub const WORDS: &str = "e3/words/1";

/// How many there are.
pub const COUNT: usize = 4;

/// The hash by which a party fixes its nonce before it shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Commitment(#[serde(with = "crate::readable")] pub [u8; 32]);

/// Four words; whoever reads them aloud need not spell them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Words([u8; COUNT]);

impl Commitment {
    /// The commitment of the party of that index to its nonce, for the roster of that hash.
    pub fn to(roster: &[u8; 32], party: u16, nonce: &[u8; 32]) -> Self {
        let form = (Bytes::new(roster), party, Bytes::new(nonce));
        Self(canonical::digest(COMMITMENT, &form))
    }
}

impl Words {
    /// The words of the roster of that hash and its parties' nonces, in the order of indices.
    pub fn of(roster: &[u8; 32], nonces: &[[u8; 32]]) -> Self {
        let nonces: Vec<_> = nonces.iter().map(|nonce| Bytes::new(nonce)).collect();
        let digest = canonical::digest(WORDS, &(Bytes::new(roster), nonces));
        let mut words = [0; COUNT];
        for (word, byte) in words.iter_mut().zip(digest) {
            *word = byte;
        }
        Self(words)
    }

    /// The bytes that choose the words.
    pub fn as_bytes(&self) -> &[u8; COUNT] {
        &self.0
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, byte) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { " " };
            write!(f, "{separator}{}", list::word(position, *byte))?;
        }
        Ok(())
    }
}
