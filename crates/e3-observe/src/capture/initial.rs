//! QUIC's first packets, which are encrypted with keys that anybody can derive from them (RFC 9001, section 5.2).

use rustls::{
    Side, SupportedCipherSuite,
    crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256,
    quic::{Keys, Version},
};

/// The numbers of versions 1 (RFC 9000) and 2 (RFC 9369).
const FIRST: u32 = 1;
const SECOND: u32 = 0x6b33_43cf;

/// Bytes of a connection's ID at most (RFC 9000, section 17.2).
const LONGEST_ID: usize = 20;

/// An Initial packet within a datagram, still closed.
pub(super) struct Initial<'a> {
    version: Version,
    pub(super) destination: &'a [u8],
    /// From its first byte to its last.
    whole: &'a [u8],
    /// Where its number begins.
    number: usize,
}

/// The Initial packets that a datagram begins with (they may be several: RFC 9000, section 12.2).
pub(super) fn initials(mut datagram: &[u8]) -> Vec<Initial<'_>> {
    let mut found = Vec::new();
    while let Some((initial, rest)) = Initial::read(datagram) {
        found.push(initial);
        datagram = rest;
    }
    found
}

impl<'a> Initial<'a> {
    /// One, and what stands behind it.
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut rest = Reader(bytes);
        let first = rest.byte()?;
        let version = u32::from_be_bytes(rest.take(4)?.try_into().ok()?);
        let (version, initial) = match version {
            FIRST => (Version::V1, 0x80),
            SECOND => (Version::V2, 0x90),
            _ => return None,
        };
        // The form is long, and the type Initial; the bit between them may be anything (RFC 9287).
        if first & 0xb0 != initial {
            return None;
        }
        let destination = rest.id()?;
        rest.id()?;
        let token = rest.number()?;
        rest.take(usize::try_from(token).ok()?)?;
        let length = usize::try_from(rest.number()?).ok()?;
        let number = bytes.len() - rest.0.len();
        let end = number.checked_add(length)?;
        let (whole, behind) = bytes.split_at_checked(end)?;
        let read = Self {
            version,
            destination,
            whole,
            number,
        };
        Some((read, behind))
    }

    /// Its frames, where it was encrypted with the keys of this ID by the client, or else by the server.
    pub(super) fn open(&self, id: &[u8]) -> Option<Vec<u8>> {
        let SupportedCipherSuite::Tls13(suite) = TLS13_AES_128_GCM_SHA256 else {
            return None;
        };
        let quic = suite.quic?;
        let sides = [Side::Server, Side::Client].into_iter();
        let mut opened = sides.filter_map(|listens| {
            // What the other side encrypts with, this one opens with.
            self.open_with(&Keys::initial(self.version, suite, quic, id, listens))
        });
        opened.next()
    }

    fn open_with(&self, keys: &Keys) -> Option<Vec<u8>> {
        let keys = &keys.remote;
        let mut bytes = self.whole.to_vec();
        let (head, protected) = bytes.split_at_mut_checked(self.number)?;
        let (number, sampled) = protected.split_at_mut_checked(4)?;
        let sample = sampled.get(..keys.header.sample_len())?.to_vec();
        let first = head.first_mut()?;
        keys.header.decrypt_in_place(&sample, first, number).ok()?;
        // Of a first packet the number has not been shortened by much: it is what it is written as.
        let length = usize::from(*first & 3) + 1;
        let number = number.get(..length)?.iter();
        let number = number.fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let (header, payload) = bytes.split_at_mut_checked(self.number + length)?;
        let opened = keys.packet.decrypt_in_place(number, header, payload).ok()?;
        Some(opened.to_vec())
    }
}

/// The CRYPTO frames (RFC 9000, section 19.6): where each belongs in the handshake, and its bytes.
pub(super) fn crypto(frames: &[u8]) -> Vec<(u64, &[u8])> {
    let mut rest = Reader(frames);
    let mut found = Vec::new();
    while let Some(kind) = rest.number() {
        let read = match kind {
            // PADDING, PING.
            0 | 1 => Some(()),
            2 | 3 => rest.acknowledgement(kind == 3),
            6 => rest.crypto().map(|crypto| found.push(crypto)),
            // What else may stand there ends the connection.
            _ => None,
        };
        if read.is_none() {
            break;
        }
    }
    found
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn id(&mut self) -> Option<&'a [u8]> {
        let length = usize::from(self.byte()?);
        (length <= LONGEST_ID).then(|| self.take(length))?
    }

    /// A number of variable length (RFC 9000, section 16).
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let more = (1_usize << (first >> 6)) - 1;
        let rest = self.take(more)?.iter();
        Some(rest.fold(u64::from(first & 0x3f), |sum, byte| {
            sum << 8 | u64::from(*byte)
        }))
    }

    /// Passes over an ACK frame (RFC 9000, section 19.3).
    fn acknowledgement(&mut self, counts: bool) -> Option<()> {
        self.number()?;
        self.number()?;
        let ranges = self.number()?;
        self.number()?;
        for _ in 0..ranges.checked_mul(2)? {
            self.number()?;
        }
        for _ in 0..if counts { 3 } else { 0 } {
            self.number()?;
        }
        Some(())
    }

    fn crypto(&mut self) -> Option<(u64, &'a [u8])> {
        let at = self.number()?;
        let length = usize::try_from(self.number()?).ok()?;
        Some((at, self.take(length)?))
    }
}

#[cfg(test)]
pub(super) mod tests;
