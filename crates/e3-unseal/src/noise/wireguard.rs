//! `WireGuard` (Donenfeld: `WireGuard`, Next Generation Kernel Network Tunnel; section 5.4).

use ring::aead::CHACHA20_POLY1305;

use super::{Dialect, Sealed, Session, lowest_first};
use crate::{Datagram, Protocol, reader::Reader};

pub(super) static DIALECT: Dialect = Dialect {
    name: "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s",
    psk: Some(2),
    hides: true,
    first: "the first message, with the private key of whoever was called: who had begun, and when",
    aead: &CHACHA20_POLY1305,
    nonce: lowest_first,
};

pub(super) const PROLOGUE: &[u8] = b"WireGuard v1 zx2c4 Jason@zx2c4.com";

/// Kinds of messages, as they begin, and how long the first two are.
const BEGINS: (&[u8], usize) = (&[1, 0, 0, 0], 148);
const ANSWERS: (&[u8], usize) = (&[2, 0, 0, 0], 92);
const CARRIES: &[u8] = &[4, 0, 0, 0];

/// Bytes of Noise in the first, and in the second.
const ONE: usize = 32 + 48 + 28;
const TWO: usize = 32 + 16;

/// A message of a handshake: its sender's number for the session, and the one of whoever it answers; both are chosen by
/// their owners.
struct Begun<'a> {
    datagram: &'a Datagram,
    own: &'a [u8],
    noise: &'a [u8],
}

/// Those of which both messages were recorded.
pub(super) fn sessions(datagrams: &[Datagram]) -> Vec<Session> {
    let mut begun: Vec<Begun<'_>> = Vec::new();
    let mut found = Vec::new();
    for datagram in datagrams {
        begun.extend(begins(datagram));
        let Some((own, answered, noise)) = answers(&datagram.bytes) else {
            continue;
        };
        // A number may be had again: the last is meant.
        let Some(one) = begun.iter().rev().find(|one| one.own == answered) else {
            continue;
        };
        found.push(Session {
            protocol: Protocol::Wireguard,
            from: one.datagram.from,
            to: one.datagram.to,
            dialect: &DIALECT,
            prologue: PROLOGUE.to_vec(),
            one: one.noise.to_vec(),
            two: noise.to_vec(),
            said: datagrams
                .iter()
                .filter_map(|datagram| carried(&datagram.bytes, answered, own))
                .collect(),
        });
    }
    found
}

fn begins(datagram: &Datagram) -> Option<Begun<'_>> {
    let mut rest = whole(&datagram.bytes, BEGINS)?;
    Some(Begun {
        datagram,
        own: rest.take(4)?,
        noise: rest.take(ONE)?,
    })
}

fn answers(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut rest = whole(bytes, ANSWERS)?;
    Some((rest.take(4)?, rest.take(4)?, rest.take(TWO)?))
}

fn whole<'a>(bytes: &'a [u8], (kind, length): (&[u8], usize)) -> Option<Reader<'a>> {
    let rest = bytes.strip_prefix(kind)?;
    (bytes.len() == length).then_some(Reader(rest))
}

/// What is said in a session with these numbers of both ends.
fn carried(bytes: &[u8], begun: &[u8], called: &[u8]) -> Option<Sealed> {
    let mut rest = Reader(bytes.strip_prefix(CARRIES)?);
    let to = rest.take(4)?;
    let number = u64::from_le_bytes(rest.take(8)?.try_into().ok()?);
    (to == begun || to == called).then(|| Sealed {
        begun: to == called,
        number,
        header: Vec::new(),
        content: rest.0.to_vec(),
    })
}
