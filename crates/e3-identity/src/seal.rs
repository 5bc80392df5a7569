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
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const SESSION: [u8; 16] = [7; 16];

    fn introduced(keys: &PartyKeys) -> Introduction {
        Introduction::new(keys, BTreeMap::new())
    }

    /// Two parties, and each one's end of the messages between them.
    fn pair() -> (PartyKeys, PartyKeys, SealedPair, SealedPair) {
        let alice = PartyKeys::generate().unwrap();
        let bob = PartyKeys::generate().unwrap();
        let at_alice = SealedPair::new(&alice, &SESSION, &introduced(&bob)).unwrap();
        let at_bob = SealedPair::new(&bob, &SESSION, &introduced(&alice)).unwrap();
        (alice, bob, at_alice, at_bob)
    }

    #[test]
    fn messages_arrive_in_both_directions() {
        let (_, _, mut alice, mut bob) = pair();
        for content in [&b"first"[..], b"", b"third"] {
            let sealed = alice.seal(content).unwrap();
            assert_eq!(sealed.len(), content.len() + OVERHEAD);
            assert_eq!(bob.open(&sealed).unwrap(), content);
            let sealed = bob.seal(content).unwrap();
            assert_eq!(alice.open(&sealed).unwrap(), content);
        }
    }

    #[test]
    fn a_message_sent_again_is_refused() {
        let (_, _, mut alice, mut bob) = pair();
        let sealed = alice.seal(b"once").unwrap();
        bob.open(&sealed).unwrap();
        assert_eq!(
            bob.open(&sealed),
            Err(SealError::Replayed { found: 1, last: 1 })
        );
    }

    #[test]
    fn a_message_held_back_is_refused_and_a_lost_one_does_no_harm() {
        let (_, _, mut alice, mut bob) = pair();
        let first = alice.seal(b"first").unwrap();
        let second = alice.seal(b"second").unwrap();
        assert_eq!(bob.open(&second).unwrap(), b"second");
        assert_eq!(
            bob.open(&first),
            Err(SealError::Replayed { found: 1, last: 2 })
        );
        let third = alice.seal(b"third").unwrap();
        assert_eq!(bob.open(&third).unwrap(), b"third");
    }

    #[test]
    fn a_counter_cannot_be_changed_to_pass_as_new() {
        let (_, _, mut alice, mut bob) = pair();
        let mut sealed = alice.seal(b"once").unwrap();
        bob.open(&sealed).unwrap();
        sealed[7] = 2;
        assert_eq!(bob.open(&sealed), Err(SealError::Closed));
        let next = alice.seal(b"next").unwrap();
        assert_eq!(bob.open(&next).unwrap(), b"next");
    }

    #[test]
    fn nobody_else_opens_it_or_is_taken_for_its_sender() {
        let (alice_keys, bob_keys, mut alice, mut bob) = pair();
        let carol_keys = PartyKeys::generate().unwrap();
        let mut at_carol =
            SealedPair::new(&carol_keys, &SESSION, &introduced(&alice_keys)).unwrap();
        let sealed = alice.seal(b"for bob").unwrap();
        assert_eq!(at_carol.open(&sealed), Err(SealError::Closed));

        let mut carol_to_bob =
            SealedPair::new(&carol_keys, &SESSION, &introduced(&bob_keys)).unwrap();
        let forged = carol_to_bob.seal(b"from alice").unwrap();
        assert_eq!(bob.open(&forged), Err(SealError::Closed));
    }

    #[test]
    fn a_message_does_not_come_back_and_not_into_another_session() {
        let (alice_keys, bob_keys, mut alice, _) = pair();
        let sealed = alice.seal(b"for bob, here").unwrap();
        assert_eq!(alice.open(&sealed), Err(SealError::Closed));
        let mut elsewhere = SealedPair::new(&bob_keys, &[8; 16], &introduced(&alice_keys)).unwrap();
        assert_eq!(elsewhere.open(&sealed), Err(SealError::Closed));
    }

    #[test]
    fn a_key_without_secrets_is_named() {
        let (alice_keys, bob_keys, ..) = pair();
        let mut broken = introduced(&bob_keys);
        broken.sealing_key = [0; 32];
        let peer = bob_keys.did().clone();
        let mut pair = SealedPair::new(&alice_keys, &SESSION, &broken).unwrap();
        assert_eq!(pair.seal(b"x"), Err(SealError::PeerKey { peer }));
        let own = introduced(&alice_keys);
        assert!(matches!(
            SealedPair::new(&alice_keys, &SESSION, &own),
            Err(SealError::Own { .. })
        ));
    }

    #[test]
    fn debug_shows_no_secret() {
        let (_, bob, alice, _) = pair();
        assert_eq!(
            format!("{alice:?}"),
            format!(
                "SealedPair {{ peer: Did({}), sent: 0, heard: 0, .. }}",
                bob.did()
            )
        );
    }

    /// RFC 9180, appendix A.2.3: X25519, HKDF-SHA256, `ChaCha20Poly1305`, mode Auth.
    #[test]
    fn the_published_vector_opens() {
        let bytes = |text: &str| hex::decode(text).unwrap();
        let info = bytes("4f6465206f6e2061204772656369616e2055726e");
        let secret = SealingSecret::from_bytes(&bytes(
            "3ca22a6d1cda1bb9480949ec5329d3bf0b080ca4c45879c95eddb55c70b80b82",
        ))
        .unwrap();
        let sender = SealingPublic::from_bytes(&bytes(
            "f0f4f9e96c54aeed3f323de8534fffd7e0577e4ce269896716bcb95643c8712b",
        ))
        .unwrap();
        let encapped = Encapped::from_bytes(&bytes(
            "f7674cc8cd7baa5872d1f33dbaffe3314239f6197ddf5ded1746760bfc847e0e",
        ))
        .unwrap();
        let mode = OpModeR::Auth(sender);
        let mut context =
            hpke::setup_receiver::<Aead, Kdf, Kem>(&mode, &secret, &encapped, &info).unwrap();

        let plaintext = b"Beauty is truth, truth beauty";
        for (aad, ciphertext) in [
            (
                "Count-0",
                "ab1a13c9d4f01a87ec3440dbd756e2677bd2ecf9df0ce7ed73869b98e00c09be111cb9fdf077347aeb88e61bdf",
            ),
            (
                "Count-1",
                "3265c7807ffff7fdace21659a2c6ccffee52a26d270c76468ed74202a65478bfaedfff9c2b7634e24f10b71016",
            ),
            (
                "Count-2",
                "3aadee86ad2a05081ea860033a9d09dbccb4acac2ded0891da40f51d4df19925f7a767b076a5cbc9355c8fd35e",
            ),
        ] {
            let opened = context.open(&bytes(ciphertext), aad.as_bytes()).unwrap();
            assert_eq!(opened, plaintext);
        }

        for (exporter, expected) in [
            (
                &b""[..],
                "070cffafd89b67b7f0eeb800235303a223e6ff9d1e774dce8eac585c8688c872",
            ),
            (
                &b"TestContext"[..],
                "1df39dc5dd60edcbf5f9ae804e15ada66e885b28ed7929116f768369a3f950ee",
            ),
        ] {
            let mut exported = [0; 32];
            context.export(exporter, &mut exported).unwrap();
            assert_eq!(hex::encode(exported), expected);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let (_, _, mut alice, _) = pair();
            prop_assert!(alice.open(&bytes).is_err());
        }

        #[test]
        fn any_changed_bit_is_noticed(content in prop::collection::vec(any::<u8>(), 0..64), at: prop::sample::Index, bit in 0..8u8) {
            let (_, _, mut alice, mut bob) = pair();
            let mut sealed = alice.seal(&content).unwrap();
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            // X25519 ignores the last bit of a key, but the key schedule does not.
            prop_assert!(bob.open(&sealed).is_err());
        }
    }
}
