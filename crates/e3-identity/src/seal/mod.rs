//! Messages that only one other agent can open, and that only the named one can have sealed.
//!
//! HPKE (RFC 9180) in mode Auth, one context a message: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
//! `ChaCha20Poly1305`. A controller that carries them can drop them, and nothing else: a message that was changed, sent
//! again, held back until after a later one, or brought from another session or pair does not open.
//!
//! What this does not give: forward secrecy against the loss of the receiver's sealing key, which is why that key lives
//! no longer than the session; and who holds the receiver's key can seal to the receiver in anybody's name
//! (RFC 9180, section 9.1.1).
//!
//! A sealed message is the counter (8 bytes, most significant first), the encapsulated key (32 bytes) and the
//! ciphertext with its tag.

use std::fmt;

use hpke::{Deserializable as _, OpModeR, OpModeS, Serializable as _};
use serde_bytes::Bytes;
use thiserror::Error;

use crate::{
    Did, Introduction, PartyKeys, canonical,
    keys::{SealingPublic, SealingSecret},
};

pub(crate) type Kem = hpke::kem::X25519HkdfSha256;
type Kdf = hpke::kdf::HkdfSha256;
type Aead = hpke::aead::ChaCha20Poly1305;
type Encapped = <Kem as hpke::Kem>::EncappedKey;

/// The protocol's name, which every message is bound to.
const PROTOCOL: &str = "e3/sealed/1";

/// Bytes by which a sealed message is longer than its content.
pub const OVERHEAD: usize = COUNTER + ENCAPPED + TAG;

const COUNTER: usize = 8;
const ENCAPPED: usize = 32;
const TAG: usize = 16;

/// One party's end of the sealed messages between it and one other party in one session.
///
/// Keep it for as long as both have the same keys: the counters are in it, and a new one would open old messages again.
pub struct SealedPair {
    own: (SealingSecret, SealingPublic),
    peer: SealingPublic,
    peer_did: Did,
    /// Binds messages to the session and the direction.
    info_out: Vec<u8>,
    info_in: Vec<u8>,
    sent: u64,
    heard: u64,
}

/// Why a message was not sealed or not opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SealError {
    /// The other party's introduction has a key with which there are no secrets.
    #[error(
        "the sealing key of {peer} is not sound: its agent must introduce itself with a new one"
    )]
    PeerKey {
        /// Whose key it is.
        peer: Did,
    },
    /// A party does not write to itself.
    #[error("{peer} is this party itself: messages are sealed to others")]
    Own {
        /// This party.
        peer: Did,
    },
    /// All counters are used up.
    #[error("no counter is left for another message: begin a new session")]
    Exhausted,
    /// Not even the form of a sealed message.
    #[error("a sealed message has at least {OVERHEAD} bytes, found {found}")]
    TooShort {
        /// Its length.
        found: usize,
    },
    /// An old message came again, or came after a later one.
    #[error(
        "sealed message {found} came after {last}: it was sent again or out of order by whoever carries it"
    )]
    Replayed {
        /// The counter that it has.
        found: u64,
        /// The greatest counter so far.
        last: u64,
    },
    /// Not sealed by that party for this one in this session, or changed since.
    #[error(
        "a sealed message does not open: it was changed, or is not of this sender, receiver and session"
    )]
    Closed,
}

impl SealedPair {
    /// The messages between the party of `keys` and the one that introduced itself so, in this session.
    pub fn new(
        keys: &PartyKeys,
        session: &[u8; 16],
        peer: &Introduction,
    ) -> Result<Self, SealError> {
        if peer.did == *keys.did() {
            return Err(SealError::Own {
                peer: peer.did.clone(),
            });
        }
        let key = SealingPublic::from_bytes(&peer.sealing_key).map_err(|_| SealError::PeerKey {
            peer: peer.did.clone(),
        })?;
        Ok(Self {
            own: keys.sealing_pair(),
            peer: key,
            peer_did: peer.did.clone(),
            info_out: info(session, keys.did(), &peer.did),
            info_in: info(session, &peer.did, keys.did()),
            sent: 0,
            heard: 0,
        })
    }

    /// Seals a message for the peer.
    ///
    /// # Panics
    /// When the operating system gives no randomness, after it did give some for the keys.
    pub fn seal(&mut self, content: &[u8]) -> Result<Vec<u8>, SealError> {
        let counter = self.sent.checked_add(1).ok_or(SealError::Exhausted)?;
        let counter_bytes = counter.to_be_bytes();
        let (encapped, ciphertext) = hpke::single_shot_seal::<Aead, Kdf, Kem>(
            &OpModeS::Auth(self.own.clone()),
            &self.peer,
            &self.info_out,
            content,
            &counter_bytes,
        )
        // Fails only where the key agreement gives zero, as with a key of small order (RFC 9180, section 7.1.4).
        .map_err(|_| SealError::PeerKey {
            peer: self.peer_did.clone(),
        })?;
        self.sent = counter;
        Ok([&counter_bytes[..], &encapped.to_bytes(), &ciphertext].concat())
    }

    /// Opens a message from the peer. Counters must grow; a message that does not open leaves nothing behind.
    pub fn open(&mut self, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let too_short = SealError::TooShort {
            found: sealed.len(),
        };
        if sealed.len() < OVERHEAD {
            return Err(too_short);
        }
        let Some((counter_bytes, rest)) = sealed.split_first_chunk::<COUNTER>() else {
            return Err(too_short);
        };
        let Some((encapped, ciphertext)) = rest.split_first_chunk::<ENCAPPED>() else {
            return Err(too_short);
        };
        let counter = u64::from_be_bytes(*counter_bytes);
        if counter <= self.heard {
            return Err(SealError::Replayed {
                found: counter,
                last: self.heard,
            });
        }
        let encapped = Encapped::from_bytes(encapped).map_err(|_| SealError::Closed)?;
        let content = hpke::single_shot_open::<Aead, Kdf, Kem>(
            &OpModeR::Auth(self.peer.clone()),
            &self.own.0,
            &encapped,
            &self.info_in,
            ciphertext,
            counter_bytes,
        )
        .map_err(|_| SealError::Closed)?;
        self.heard = counter;
        Ok(content)
    }
}

impl fmt::Debug for SealedPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedPair")
            .field("peer", &self.peer_did)
            .field("sent", &self.sent)
            .field("heard", &self.heard)
            .finish_non_exhaustive()
    }
}

/// What a message is bound to besides the keys: protocol, session, sender, receiver.
fn info(session: &[u8; 16], from: &Did, to: &Did) -> Vec<u8> {
    canonical::bytes(PROTOCOL, &(Bytes::new(session), from, to))
}

#[cfg(test)]
mod tests;
