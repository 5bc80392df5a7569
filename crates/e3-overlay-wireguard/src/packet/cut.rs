//! Cutting what the kernel has handed over as one piece into the packets that go.
//!
//! A piece is TCP (RFC 9293) or UDP (RFC 768) with one set of headers before the data of many packets. Each packet gets
//! the headers with lengths, numbers, flags and checksums of its own.

use bytes::BytesMut;
use e3_sys::checksum::{finish, pseudo, sum};

use super::{
    TCP, UDP, VIRTIO,
    flags::{CWR, FIN, PSH},
    native, network, network_long, put, short, virtio,
};

/// The packets in what was read from a TUN interface, one after another.
#[derive(Debug)]
pub(crate) struct Cutter<'a> {
    packet: &'a mut [u8],
    how: How,
    done: bool,
}

#[derive(Debug)]
enum How {
    /// It is one packet, complete.
    Whole,
    /// It is a piece.
    Cut(Piece),
}

#[derive(Debug)]
struct Piece {
    /// Where the header of TCP or UDP begins, and where the data does.
    transport: usize,
    data: usize,
    segment: usize,
    udp: bool,
    /// How much of the data has been given out, in how many packets.
    gone: usize,
    count: u16,
}

impl<'a> Cutter<'a> {
    /// Begins with what was read, its virtio header included; none where that is no packet of IP, or a piece of a kind that
    /// was not asked for.
    pub(crate) fn new(read: &'a mut [u8]) -> Option<Self> {
        let (header, packet) = read.split_at_mut_checked(VIRTIO)?;
        let kind = header.get(virtio::KIND)? & virtio::KINDS;
        let unfinished = header.get(virtio::FLAGS)? & virtio::NEEDS_SUM != 0;
        let from = usize::from(native(header, virtio::SUM_FROM)?);
        if kind == 0 {
            if unfinished {
                let into = from + usize::from(native(header, virtio::SUM_INTO)?);
                complete(packet, from, into)?;
            }
            return Some(Self {
                packet,
                how: How::Whole,
                done: false,
            });
        }
        let segment = usize::from(native(header, virtio::SEGMENT)?);
        let piece = Piece::of(packet, kind, from, segment).filter(|_| unfinished)?;
        Some(Self {
            packet,
            how: How::Cut(piece),
            done: false,
        })
    }

    /// Writes the next packet into the buffer, which is emptied before; false if there is none.
    pub(crate) fn next_into(&mut self, buffer: &mut BytesMut) -> bool {
        buffer.clear();
        if self.done {
            return false;
        }
        match &mut self.how {
            How::Whole => {
                self.done = true;
                buffer.extend_from_slice(self.packet);
                true
            }
            How::Cut(piece) => {
                let more = piece.next(self.packet, buffer).is_some();
                self.done = !more;
                more
            }
        }
    }
}

/// Completes a checksum whose field holds the sum over the pseudo-header.
fn complete(packet: &mut [u8], from: usize, into: usize) -> Option<()> {
    let sum = finish(sum(packet.get(from..)?, 0));
    put(packet, into, sum.to_be_bytes())
}

impl Piece {
    fn of(packet: &[u8], kind: u8, transport: usize, segment: usize) -> Option<Self> {
        let six = packet.first()? >> 4 == 6;
        let udp = match (kind, six) {
            (virtio::TCP4, false) | (virtio::TCP6, true) => false,
            (virtio::UDP, _) => true,
            _ => return None,
        };
        let length = if udp {
            8
        } else {
            usize::from(packet.get(transport + 12)? >> 4) * 4
        };
        let (least, shortest) = (if six { 40 } else { 20 }, if udp { 8 } else { 20 });
        let data = transport + length;
        let fits = transport >= least && length >= shortest && data <= packet.len();
        (fits && segment != 0).then_some(Self {
            transport,
            data,
            segment,
            udp,
            gone: 0,
            count: 0,
        })
    }

    fn next(&mut self, packet: &[u8], buffer: &mut BytesMut) -> Option<()> {
        let (headers, all) = packet.split_at_checked(self.data)?;
        let rest = all.get(self.gone..)?;
        // A piece without data is one packet.
        if rest.is_empty() && self.count > 0 {
            return None;
        }
        let part = rest.get(..self.segment).unwrap_or(rest);
        buffer.extend_from_slice(headers);
        buffer.extend_from_slice(part);
        self.fix_ip(buffer)?;
        self.fix_transport(buffer, part.len() == rest.len())?;
        self.gone += part.len();
        self.count = self.count.wrapping_add(1);
        Some(())
    }

    fn fix_ip(&self, packet: &mut [u8]) -> Option<()> {
        let length = packet.len();
        if packet.first()? >> 4 == 6 {
            return put(packet, 4, short(length.checked_sub(40)?).to_be_bytes());
        }
        put(packet, 2, short(length).to_be_bytes())?;
        let id = network(packet, 4)?.wrapping_add(self.count);
        put(packet, 4, id.to_be_bytes())?;
        put(packet, 10, [0, 0])?;
        let header = usize::from(packet.first()? & 0x0f) * 4;
        let sum = !sum(packet.get(..header)?, 0);
        put(packet, 10, sum.to_be_bytes())
    }

    fn fix_transport(&self, packet: &mut [u8], last: bool) -> Option<()> {
        let at = self.transport;
        let length = packet.len() - at;
        if self.udp {
            put(packet, at + 4, short(length).to_be_bytes())?;
        } else {
            // A sequence number is a number modulo 2³².
            let gone = u32::try_from(self.gone).unwrap_or(0);
            let number = network_long(packet, at + 4)?.wrapping_add(gone);
            put(packet, at + 4, number.to_be_bytes())?;
            let flags = packet.get_mut(at + 13)?;
            *flags &= if last { !0 } else { !(FIN | PSH) };
            *flags &= if self.count == 0 { !0 } else { !CWR };
        }
        let addresses = if packet.first()? >> 4 == 6 {
            8..40
        } else {
            12..20
        };
        let protocol = if self.udp { UDP } else { TCP };
        let begin = pseudo(packet.get(addresses)?, protocol, length);
        let into = at + if self.udp { 6 } else { 16 };
        put(packet, into, [0, 0])?;
        let sum = finish(sum(packet.get(at..)?, begin));
        put(packet, into, sum.to_be_bytes())
    }
}
