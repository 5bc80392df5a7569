//! Cutting what a sender has handed over as one piece into the packets that it would be on a wire.
//!
//! A piece is TCP (RFC 9293) or UDP (RFC 768) with one set of headers before the data of many packets. Each packet gets
//! the headers with lengths, numbers and flags of its own. The checksum of TCP or UDP is left to whoever receives it,
//! as it was in the piece: its field holds the sum over the pseudo-header.

use e3_sys::{
    checksum::{finish, pseudo, sum},
    tun::HEADER,
};

use super::packet::{GSO_TYPE, HEADERS_LENGTH, SEGMENT_SIZE};

/// Fields of the virtio header (VIRTIO 1.2, section 5.1.6).
const FLAGS: usize = 0;
pub(crate) const SUM_FROM: usize = 6;
const SUM_INTO: usize = 8;
/// The flag that says that the checksum is to be completed.
pub(crate) const NEEDS_SUM: u8 = 1;
/// The kinds of pieces; the highest bit, which says that congestion was noted, aside.
const KINDS: u8 = 0x7f;
const UDP_PIECE: u8 = 5;

/// TCP's flags (RFC 9293, section 3.1, and RFC 3168, section 6.1.2).
const FIN_AND_PSH: u8 = 0x09;
const CWR: u8 = 0x80;

/// The packets of a piece, one after another, each with its virtio header.
#[derive(Debug)]
pub(crate) struct Cutter<'a> {
    piece: &'a [u8],
    /// Where the header of TCP or UDP begins, and where the data does.
    transport: usize,
    data: usize,
    size: usize,
    udp: bool,
    /// How much of the data has been given out, in how many packets.
    done: usize,
    count: u16,
    buffer: &'a mut Vec<u8>,
}

impl<'a> Cutter<'a> {
    /// Begins to cut; none where there is nothing to cut, or nothing that can be. The buffer is for one packet.
    pub(crate) fn new(piece: &'a [u8], buffer: &'a mut Vec<u8>) -> Option<Self> {
        let kind = *piece.get(GSO_TYPE)? & KINDS;
        let size = usize::from(native(piece, SEGMENT_SIZE)?);
        if kind == 0 || size == 0 || piece.get(FLAGS)? & NEEDS_SUM == 0 {
            return None;
        }
        let udp = kind == UDP_PIECE;
        let transport = HEADER + usize::from(native(piece, SUM_FROM)?);
        let length = if udp {
            8
        } else {
            usize::from(*piece.get(transport + 12)? >> 4) * 4
        };
        let data = transport + length;
        let shortest = if is_ipv6(piece)? { 40 } else { 20 };
        if piece.len() <= data + size || transport < HEADER + shortest || length < 8 {
            return None;
        }
        Some(Self {
            piece,
            transport,
            data,
            size,
            udp,
            done: 0,
            count: 0,
            buffer,
        })
    }

    /// The next packet.
    pub(crate) fn next(&mut self) -> Option<&mut [u8]> {
        let all = self.piece.get(self.data..)?;
        let rest = all.get(self.done..).filter(|rest| !rest.is_empty())?;
        let part = rest.get(..self.size).unwrap_or(rest);
        self.buffer.clear();
        self.buffer.extend_from_slice(self.piece.get(..self.data)?);
        self.buffer.extend_from_slice(part);
        let (first, last) = (self.done == 0, part.len() == rest.len());
        self.fix_virtio()?;
        self.fix_ip()?;
        self.fix_transport(first, last)?;
        self.done += part.len();
        self.count = self.count.wrapping_add(1);
        Some(self.buffer)
    }

    fn fix_virtio(&mut self) -> Option<()> {
        let sum_into: u16 = if self.udp { 6 } else { 16 };
        *self.buffer.get_mut(GSO_TYPE)? = 0;
        put(self.buffer, HEADERS_LENGTH, [0, 0])?;
        put(self.buffer, SEGMENT_SIZE, [0, 0])?;
        put(self.buffer, SUM_INTO, sum_into.to_ne_bytes())
    }

    fn fix_ip(&mut self) -> Option<()> {
        let length = self.buffer.len() - HEADER;
        if is_ipv6(self.buffer)? {
            return put(self.buffer, HEADER + 4, short(length - 40));
        }
        put(self.buffer, HEADER + 2, short(length))?;
        let id = network(self.buffer, HEADER + 4)?.wrapping_add(self.count);
        put(self.buffer, HEADER + 4, id.to_be_bytes())?;
        put(self.buffer, HEADER + 10, [0, 0])?;
        let header = usize::from(self.buffer.get(HEADER)? & 0x0f) * 4;
        let sum = !sum(self.buffer.get(HEADER..HEADER + header)?, 0);
        put(self.buffer, HEADER + 10, sum.to_be_bytes())
    }

    fn fix_transport(&mut self, first: bool, last: bool) -> Option<()> {
        let at = self.transport;
        let length = self.buffer.len() - at;
        if self.udp {
            put(self.buffer, at + 4, short(length))?;
        } else {
            let number = self.buffer.get(at + 4..at + 8)?.try_into().ok()?;
            // A sequence number is a number modulo 2³².
            let done = u32::try_from(self.done).unwrap_or(0);
            let number = u32::from_be_bytes(number).wrapping_add(done);
            put(self.buffer, at + 4, number.to_be_bytes())?;
            let flags = self.buffer.get_mut(at + 13)?;
            *flags &= if last { !0 } else { !FIN_AND_PSH };
            *flags &= if first { !0 } else { !CWR };
        }
        let pseudo = pseudo_sum(self.buffer, length, self.udp)?;
        let into = at + if self.udp { 6 } else { 16 };
        put(self.buffer, into, pseudo.to_be_bytes())
    }
}

/// Completes the checksum of a packet, where that was left to its receiver: as it would be on a wire.
pub(crate) fn complete_sum(packet: &mut [u8]) -> Option<()> {
    let flags = packet.get_mut(FLAGS)?;
    if *flags & NEEDS_SUM == 0 {
        return None;
    }
    *flags &= !NEEDS_SUM;
    let from = HEADER + usize::from(native(packet, SUM_FROM)?);
    let into = from + usize::from(native(packet, SUM_INTO)?);
    // The field holds the sum over the pseudo-header already.
    let sum = finish(sum(packet.get(from..)?, 0));
    put(packet, into, sum.to_be_bytes())
}

/// The sum over the pseudo-header (RFC 9293, section 3.1; RFC 8200, section 8.1).
fn pseudo_sum(packet: &[u8], length: usize, udp: bool) -> Option<u16> {
    let addresses = if is_ipv6(packet)? {
        HEADER + 8..HEADER + 40
    } else {
        HEADER + 12..HEADER + 20
    };
    let protocol = if udp { 17 } else { 6 };
    Some(pseudo(packet.get(addresses)?, protocol, length))
}

fn is_ipv6(packet: &[u8]) -> Option<bool> {
    Some(packet.get(HEADER)? >> 4 == 6)
}

fn native(packet: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(packet.get(at..at + 2)?.try_into().ok()?))
}

fn network(packet: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(packet.get(at..at + 2)?.try_into().ok()?))
}

/// A length as headers hold it.
fn short(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

fn put<const N: usize>(packet: &mut [u8], at: usize, bytes: [u8; N]) -> Option<()> {
    packet.get_mut(at..at + N)?.copy_from_slice(&bytes);
    Some(())
}

#[cfg(test)]
mod tests;
