//! Handshakes of Noise (revision 34), of patterns in which both ends have keys that stay.

mod coordinator;
mod nebula;
#[cfg(test)]
mod tests;
mod wireguard;

use std::net::SocketAddr;

use ring::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use snow::{Builder, HandshakeState};

use crate::{
    Conversation, Keys, Protocol, Recorded,
    keys::{KEY, Key},
};

/// All that are recognised.
pub(crate) fn conversations(recorded: &Recorded, keys: &Keys) -> Vec<Conversation> {
    let mut sessions = wireguard::sessions(&recorded.datagrams);
    sessions.extend(nebula::sessions(&recorded.datagrams));
    sessions.extend(coordinator::sessions(&recorded.streams));
    let tried = sessions.iter().map(|session| session.try_all(keys));
    tried.collect()
}

/// A handshake of two messages, and what was said behind it.
struct Session {
    protocol: Protocol,
    from: SocketAddr,
    to: SocketAddr,
    dialect: &'static Dialect,
    prologue: Vec<u8>,
    one: Vec<u8>,
    two: Vec<u8>,
    said: Vec<Sealed>,
}

/// What protocols do differently.
struct Dialect {
    /// The name of the protocol (Noise, section 8).
    name: &'static str,
    /// Where a secret of both stands, which is all zeros where they have none.
    psk: Option<u8>,
    /// Whether who begins knows the key of whoever is called, and hides its own for it: the pattern IK. In IX everybody can
    /// read the first message.
    hides: bool,
    /// What the first message tells whoever can read it.
    first: &'static str,
    /// What packets are sealed with, and how a nonce is made of a number.
    aead: &'static ring::aead::Algorithm,
    nonce: fn(u64) -> [u8; NONCE_LEN],
}

/// What one end has said.
struct Sealed {
    /// Whether who began said it.
    begun: bool,
    number: u64,
    /// What stands before it: not encrypted, but authenticated.
    header: Vec<u8>,
    content: Vec<u8>,
}

/// Room for any message.
const LONGEST: usize = 65_535;

/// The secret of those that have none.
const NONE: [u8; KEY] = [0; KEY];

/// The keys of both directions: of who began, and of who was called.
type Split = ([u8; KEY], [u8; KEY]);

impl Session {
    /// Takes each end's place with each key in the place of the one that stays and of the one that was made for this session.
    fn try_all(&self, keys: &Keys) -> Conversation {
        let mut conversation = Conversation::new(self.protocol, self.from, self.to);
        if !self.dialect.hides {
            conversation.handshake.push(self.dialect.first);
        }
        for called in keys.iter() {
            let Some(payload) = self.first_read_by(called) else {
                continue;
            };
            if conversation.handshake.is_empty() {
                conversation.handshake.push(self.dialect.first);
            }
            let as_called = keys.iter().map(|made| self.as_called(called, made));
            let begun = keys
                .iter()
                .flat_map(|own| keys.iter().map(move |made| (own, made)))
                .map(|(own, made)| self.as_beginner(own, made, called, &payload));
            for split in as_called.chain(begun) {
                conversation.tried += 1;
                let opened = split.map(|split| self.open(&split)).unwrap_or_default();
                if !opened.is_empty() {
                    conversation.handshake.push("the second message");
                    conversation.opened = opened;
                    return conversation;
                }
            }
        }
        conversation
    }

    fn builder<'a>(&'a self, own: &'a Key) -> Option<Builder<'a>> {
        let builder = Builder::new(self.dialect.name.parse().ok()?);
        let builder = builder.prologue(&self.prologue).ok()?;
        let builder = builder.local_private_key(own.secret()).ok()?;
        match self.dialect.psk {
            Some(place) => builder.psk(place, &NONE).ok(),
            None => Some(builder),
        }
    }

    /// What is in the first message, read by whoever was called with this key.
    fn first_read_by(&self, called: &Key) -> Option<Vec<u8>> {
        let mut state = self.builder(called)?.build_responder().ok()?;
        read(&mut state, &self.one)
    }

    /// What follows where who was called had these keys.
    fn as_called(&self, own: &Key, made: &Key) -> Option<Split> {
        // The public half stands in clear: with another, what follows is another, too.
        self.two.starts_with(made.public()).then_some(())?;
        let builder = self.builder(own)?;
        let builder = builder.fixed_ephemeral_key_for_testing_only(made.secret());
        let mut state = builder.build_responder().ok()?;
        read(&mut state, &self.one)?;
        // Nothing of what was in the second message is in the keys that follow.
        state.write_message(&[], &mut vec![0; LONGEST]).ok()?;
        Some(state.dangerously_get_raw_split())
    }

    /// What follows where who began had these.
    fn as_beginner(&self, own: &Key, made: &Key, called: &Key, payload: &[u8]) -> Option<Split> {
        self.one.starts_with(made.public()).then_some(())?;
        let mut builder = self.builder(own)?;
        if self.dialect.hides {
            builder = builder.remote_public_key(called.public()).ok()?;
        }
        let builder = builder.fixed_ephemeral_key_for_testing_only(made.secret());
        let mut state = builder.build_initiator().ok()?;
        state.write_message(payload, &mut vec![0; LONGEST]).ok()?;
        read(&mut state, &self.two)?;
        Some(state.dangerously_get_raw_split())
    }

    /// What both have said, as far as these open it.
    fn open(&self, (begun, called): &Split) -> Vec<u8> {
        let opened = self.said.iter().filter_map(|sealed| {
            let key = if sealed.begun { begun } else { called };
            let key = LessSafeKey::new(UnboundKey::new(self.dialect.aead, key).ok()?);
            let nonce = Nonce::assume_unique_for_key((self.dialect.nonce)(sealed.number));
            let mut content = sealed.content.clone();
            let opened = key.open_in_place(nonce, Aad::from(&sealed.header), &mut content);
            Some(opened.ok()?.to_vec())
        });
        opened.flatten().collect()
    }
}

fn read(state: &mut HandshakeState, message: &[u8]) -> Option<Vec<u8>> {
    let mut payload = vec![0; LONGEST];
    let length = state.read_message(message, &mut payload).ok()?;
    payload.truncate(length);
    Some(payload)
}

/// As `ChaCha20Poly1305` has it in Noise (section 12.3).
fn lowest_first(number: u64) -> [u8; NONCE_LEN] {
    nonce(number.to_le_bytes())
}

/// As `AESGCM` has it (section 12.4).
fn highest_first(number: u64) -> [u8; NONCE_LEN] {
    nonce(number.to_be_bytes())
}

fn nonce(number: [u8; 8]) -> [u8; NONCE_LEN] {
    let mut nonce = [0; NONCE_LEN];
    nonce[4..].copy_from_slice(&number);
    nonce
}
