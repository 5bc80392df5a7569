//! Knocks between two parties: questions of STUN and their answers that nobody else can have made. Pure.
//!
//! Where the kernel meets a peer is decided by them, so each is authenticated as RFC 8489 has it
//! (MESSAGE-INTEGRITY-SHA256, section 14.6), by a key that only these two can know: it is made from the secret that their
//! keys of WireGuard share (X25519). Each direction has a key of its own, so that no question can be sent back as one's own.
//! A question counts once, an answer only to a question that was asked there and of late.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use e3_reflector::message::{Attribute, Class, HEADER, Message, Transaction};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::key::{PrivateKey, PublicKey};

/// What stands before both keys in what a key is made from.
const DOMAIN: &[u8] = b"e3/wireguard-knock/2";

/// The number of MESSAGE-INTEGRITY-SHA256, and its length.
const INTEGRITY: [u8; 4] = [0, 0x1c, 0, 32];

/// Bytes of that attribute with its head.
const SEAL: usize = 36;

/// Bytes of a fingerprint, which a message has where it has no seal.
const FINGERPRINT: usize = 8;

/// How long an answer is awaited.
const AWAITED: Duration = Duration::from_secs(4);

/// Questions to and from a peer in a second; the others are lost.
const MOST: usize = 100;

/// Questions that are remembered, so that each counts once.
const REMEMBERED: usize = 64;

/// What is said between this party and one peer.
pub(super) struct Talk {
    asks: Key,
    asked: Key,
    /// The number of the next question: numbers grow, also from one time that two parties meet to the next.
    next: u64,
    awaited: Vec<(Transaction, SocketAddr, Instant)>,
    /// The last questions, and the number below which none counts any more.
    taken: BTreeSet<[u8; 12]>,
    below: [u8; 12],
    answers: Budget,
}

/// What a message of the peer's is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// A question, with what it is to be answered.
    Question(Vec<u8>),
    /// The answer to a question that was asked there.
    Answer,
}

impl Talk {
    /// Between the owner of this key and that peer; none if the peer's key is one of those with which there are no secrets.
    pub(super) fn between(own: &PrivateKey, peer: PublicKey) -> Option<Self> {
        let shared = own.secret().diffie_hellman(&peer.point());
        let (us, shared) = (own.public(), shared.was_contributory().then_some(shared)?);
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Some(Self {
            asks: Key::of(shared.as_bytes(), us, peer)?,
            asked: Key::of(shared.as_bytes(), peer, us)?,
            next: since.map_or(0, |since| since.as_micros().try_into().unwrap_or(0)),
            awaited: Vec::new(),
            taken: BTreeSet::new(),
            below: [0; 12],
            answers: Budget::default(),
        })
    }

    /// A question for the peer at this place; none while too many are on their way.
    pub(super) fn ask(&mut self, at: SocketAddr, now: Instant) -> Option<Vec<u8>> {
        let late = |when: Instant| now.saturating_duration_since(when) >= AWAITED;
        self.awaited.retain(|(_, _, when)| !late(*when));
        if self.awaited.len() >= MOST * 4 {
            return None;
        }
        let mut transaction = Transaction::random()?;
        self.next = self.next.saturating_add(1);
        for (to, from) in transaction.0.iter_mut().zip(self.next.to_be_bytes()) {
            *to = from;
        }
        self.awaited.push((transaction, at, now));
        self.asks.seal(&Message::new(Class::Request, transaction))
    }

    /// What a datagram is that came from there; none if it is not the peer's, or counts no more.
    pub(super) fn hear(
        &mut self,
        from: SocketAddr,
        message: &Message,
        datagram: &[u8],
        now: Instant,
    ) -> Option<Said> {
        match message.class {
            Class::Request => {
                let number = message.transaction.0;
                let new = number > self.below && !self.taken.contains(&number);
                if !new || !self.asked.has_sealed(datagram) || !self.answers.take(now) {
                    return None;
                }
                self.taken.insert(number);
                if self.taken.len() > REMEMBERED {
                    self.below = self.taken.pop_first()?;
                }
                let answer = Message::new(Class::Success, message.transaction);
                let answer = answer.with(Attribute::XorMappedAddress(from));
                Some(Said::Question(self.asked.seal(&answer)?))
            }
            Class::Success => {
                let mut awaited = self.awaited.iter();
                let which = awaited.position(|(transaction, at, when)| {
                    (*transaction, *at) == (message.transaction, from)
                        && now.saturating_duration_since(*when) < AWAITED
                })?;
                self.asks.has_sealed(datagram).then(|| {
                    self.awaited.swap_remove(which);
                    Said::Answer
                })
            }
            Class::Indication | Class::Error => None,
        }
    }
}

/// What is left of what may be done in a second.
#[derive(Debug, Default)]
struct Budget(Option<(Instant, usize)>);

impl Budget {
    fn take(&mut self, now: Instant) -> bool {
        let second = Duration::from_secs(1);
        let current = self
            .0
            .filter(|(since, _)| now.saturating_duration_since(*since) < second);
        let (since, done) = current.unwrap_or((now, 0));
        self.0 = Some((since, done + 1));
        done < MOST
    }
}

/// The key of what one asks another, and of what is answered.
struct Key(Zeroizing<[u8; 32]>);

impl Key {
    fn of(shared: &[u8; 32], from: PublicKey, to: PublicKey) -> Option<Self> {
        let mac = Hmac::<Sha256>::new_from_slice(shared).ok()?;
        let mac = mac.chain_update(DOMAIN).chain_update(from.0);
        let key = mac.chain_update(to.0).finalize().into_bytes();
        Some(Self(Zeroizing::new(key.into())))
    }

    /// The message with its seal in place of a fingerprint.
    fn seal(&self, message: &Message) -> Option<Vec<u8>> {
        let mut bytes = message.encode();
        bytes.truncate(bytes.len().checked_sub(FINGERPRINT)?);
        // The header's length counts the seal.
        let length = u16::try_from(bytes.len() + SEAL - HEADER).ok()?;
        bytes.get_mut(2..4)?.copy_from_slice(&length.to_be_bytes());
        let seal = self.mac(&bytes)?.finalize().into_bytes();
        bytes.extend(INTEGRITY);
        bytes.extend(seal);
        Some(bytes)
    }

    /// Whether a datagram, of which it is known that it is a message, ends with a seal of this key.
    fn has_sealed(&self, datagram: &[u8]) -> bool {
        let Some((said, seal)) = datagram.split_last_chunk::<SEAL>() else {
            return false;
        };
        let (head, seal) = seal.split_at(INTEGRITY.len());
        head == INTEGRITY
            && self
                .mac(said)
                .is_some_and(|mac| mac.verify_slice(seal).is_ok())
    }

    fn mac(&self, said: &[u8]) -> Option<Hmac<Sha256>> {
        let mac = Hmac::<Sha256>::new_from_slice(&*self.0).ok()?;
        Some(mac.chain_update(said))
    }
}

#[cfg(test)]
mod tests;
