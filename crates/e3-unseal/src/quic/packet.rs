//! Packets of QUIC version 1 (RFC 9000, section 17), and what protects them (RFC 9001, section 5).

use std::mem;

use ring::aead::quic::HeaderProtectionKey;

use crate::{
    reader::Reader,
    tls::{Opener, QUIC, Secret},
};

/// The number of version 1.
const VERSION: u64 = 1;

/// As many paths are tried at most, of a connection that has several.
const PATHS: u32 = 8;

/// Bytes of a number at most, and of what is looked at behind it to hide it.
const NUMBER: usize = 4;
const SAMPLE: usize = 16;

/// What a packet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Initial,
    Handshake,
    /// After the handshake.
    Short,
    /// Sent before the handshake, or a request to begin anew.
    Other,
}

/// A packet within a datagram, still closed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet<'a> {
    pub(super) kind: Kind,
    /// The ID that its receiver has chosen; not read of short ones, which do not say how long it is.
    pub(super) to: &'a [u8],
    /// The ID that its sender has chosen.
    pub(super) from: &'a [u8],
    whole: &'a [u8],
    /// Where its number begins; of a short one, where its receiver's ID does.
    number: usize,
}

/// The packets that a datagram is made of.
pub(super) fn packets(mut datagram: &[u8]) -> Vec<Packet<'_>> {
    let mut found = Vec::new();
    while let Some((packet, rest)) = Packet::read(datagram) {
        found.push(packet);
        datagram = rest;
    }
    found
}

impl<'a> Packet<'a> {
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut rest = Reader(bytes);
        let first = rest.number(1)?;
        if first & 0x80 == 0 {
            let packet = Self {
                kind: Kind::Short,
                to: &[],
                from: &[],
                whole: bytes,
                number: 1,
            };
            return Some((packet, &[]));
        }
        if rest.number(4)? as u64 != VERSION {
            return None;
        }
        let (to, from) = (rest.behind(1)?.0, rest.behind(1)?.0);
        let kind = match first >> 4 & 3 {
            0 => {
                let token = rest.variable()?;
                rest.take(usize::try_from(token).ok()?)?;
                Kind::Initial
            }
            1 => Kind::Other,
            2 => Kind::Handshake,
            _ => return None,
        };
        let length = usize::try_from(rest.variable()?).ok()?;
        let number = bytes.len() - rest.0.len();
        let (whole, behind) = bytes.split_at_checked(number.checked_add(length)?)?;
        let packet = Self {
            kind,
            to,
            from,
            whole,
            number,
        };
        Some((packet, behind))
    }
}

/// What opens the packets of one side.
pub(super) struct Guard {
    header: HeaderProtectionKey,
    opener: Opener,
    secret: Secret,
    /// The number that is expected next.
    next: u64,
}

impl Guard {
    pub(super) fn new(secret: &Secret) -> Option<Self> {
        let algorithm = secret.suite.header;
        let key = secret.expand("quic hp", algorithm.key_len())?;
        Some(Self {
            header: HeaderProtectionKey::new(algorithm, &key).ok()?,
            opener: Opener::new(secret, &QUIC)?,
            secret: secret.clone(),
            next: 0,
        })
    }

    /// What is in a packet, if it is of this side; its receiver's ID, if the packet is short, has that length.
    pub(super) fn open(&mut self, packet: &Packet<'_>, id: usize) -> Option<Vec<u8>> {
        let (header, number) = self.revealed(packet, id)?;
        let sealed = packet.whole.get(header.len()..)?;
        // Each path has numbers of its own: what is expected of one may be far from what another has.
        let numbers = [number.near(self.next), number.truncated];
        let paths = if packet.kind == Kind::Short { PATHS } else { 1 };
        let (number, opened) = numbers.into_iter().find_map(|number| {
            let mut paths = 0..paths;
            let opened = paths.find_map(|path| self.opener.open(number, path, &header, sealed));
            Some((number, opened?))
        })?;
        self.next = number + 1;
        Some(opened)
    }

    /// The same with the keys that follow, which are used from then on; what hides headers stays as it is (RFC 9001,
    /// section 6).
    pub(super) fn open_following(&mut self, packet: &Packet<'_>, id: usize) -> Option<Vec<u8>> {
        let secret = self.secret.following()?;
        let before = mem::replace(&mut self.opener, Opener::new(&secret, &QUIC)?);
        let opened = self.open(packet, id);
        if opened.is_some() {
            self.secret = secret;
        } else {
            self.opener = before;
        }
        opened
    }

    #[cfg(test)]
    pub(super) fn expect(&mut self, number: u64) {
        self.next = number;
    }

    /// A packet's header as it was before it was hidden, and its number (RFC 9001, section 5.4).
    fn revealed(&self, packet: &Packet<'_>, id: usize) -> Option<(Vec<u8>, Number)> {
        let short = packet.kind == Kind::Short;
        let at = packet.number + if short { id } else { 0 };
        let mut header = packet.whole.get(..at + NUMBER)?.to_vec();
        let sample = packet.whole.get(at + NUMBER..at + NUMBER + SAMPLE)?;
        let mask = self.header.new_mask(sample).ok()?;
        let first = header.first_mut()?;
        *first ^= mask[0] & if short { 0x1f } else { 0x0f };
        let bytes = usize::from(*first & 3) + 1;
        let hidden = header.iter_mut().skip(at).zip(mask.iter().skip(1));
        hidden.for_each(|(byte, mask)| *byte ^= mask);
        header.truncate(at + bytes);
        let written = header.iter().skip(at);
        let truncated = written.fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        Some((header, Number { truncated, bytes }))
    }
}

/// A number of which only the last bytes are written (RFC 9000, section 17.1).
struct Number {
    truncated: u64,
    bytes: usize,
}

impl Number {
    /// The whole number, which is the nearest to what is expected (RFC 9000, appendix A.3).
    fn near(&self, expected: u64) -> u64 {
        let window = 1_u64 << (8 * self.bytes);
        let candidate = (expected & !(window - 1)) | self.truncated;
        if candidate + window / 2 <= expected {
            candidate + window
        } else if candidate > expected + window / 2 && candidate >= window {
            candidate - window
        } else {
            candidate
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9000, appendix A.3.
    #[test]
    fn numbers_are_the_nearest_to_what_is_expected() {
        let number = Number {
            truncated: 0x9b32,
            bytes: 2,
        };
        assert_eq!(number.near(0xa82f_30ea + 1), 0xa82f_9b32);
        let small = Number {
            truncated: 0xff,
            bytes: 1,
        };
        assert_eq!(small.near(0), 0xff);
        assert_eq!(small.near(0x100), 0xff);
    }
}
