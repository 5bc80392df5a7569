//! Joining consecutive packets of one TCP connection into a piece, which the kernel takes as one.
//!
//! What is joined must be what cutting gives: the same headers but for lengths, numbers and checksums, data that follows
//! on, all parts but the last of one length. Everything else goes as it came, in its order.

use std::ops::Range;

use e3_sys::checksum::{pseudo, sum};

use super::{
    LONGEST, TCP, VIRTIO,
    flags::{ACK, PSH},
    network, network_long, put, short, virtio,
};

/// Packets that are to be written, joined where they can be.
#[derive(Debug, Default)]
pub(crate) struct Joiner {
    bytes: Vec<u8>,
    /// What is ready: where it is in `bytes`, virtio header included.
    ready: Vec<Range<usize>>,
    /// Where the piece begins that may still grow.
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    begin: usize,
    transport: usize,
    data: usize,
    segment: usize,
    /// The sequence number that follows.
    next: u32,
    parts: u16,
}

/// What of a packet decides whether it can be joined.
struct Segment {
    transport: usize,
    data: usize,
    number: u32,
    flags: u8,
}

impl Joiner {
    /// Adds a packet, which has the length that it says.
    pub(crate) fn add(&mut self, packet: &[u8]) {
        let segment = segment(packet);
        if let Some(segment) = &segment
            && self.grow(packet, segment).is_some()
        {
            return;
        }
        self.close();
        let begin = self.bytes.len();
        self.bytes.extend_from_slice(&[0; VIRTIO]);
        self.bytes.extend_from_slice(packet);
        match segment {
            // One that asks for no delay ends a piece.
            Some(segment) if segment.flags == ACK && packet.len() > segment.data => {
                let length = packet.len() - segment.data;
                self.open = Some(Open {
                    begin,
                    transport: segment.transport,
                    data: segment.data,
                    segment: length,
                    next: segment
                        .number
                        .wrapping_add(u32::try_from(length).unwrap_or(0)),
                    parts: 1,
                });
            }
            _ => self.ready.push(begin..self.bytes.len()),
        }
    }

    /// Everything that was added, and begins anew once it has been seen.
    pub(crate) fn drain(&mut self, mut each: impl FnMut(&[u8])) {
        self.close();
        for range in self.ready.drain(..) {
            if let Some(piece) = self.bytes.get(range) {
                each(piece);
            }
        }
        self.bytes.clear();
    }

    fn grow(&mut self, packet: &[u8], segment: &Segment) -> Option<()> {
        let open = self.open.as_mut()?;
        let piece = self.bytes.get(open.begin + VIRTIO..)?;
        let data = packet.get(segment.data..).filter(|data| !data.is_empty())?;
        let fits = data.len() <= open.segment && piece.len() + data.len() <= LONGEST - VIRTIO;
        let follows = segment.number == open.next && segment.data == open.data;
        if !fits || !follows || !is_alike(piece, packet, segment.transport) {
            return None;
        }
        let last = data.len() < open.segment || segment.flags & PSH != 0;
        open.next = open
            .next
            .wrapping_add(u32::try_from(data.len()).unwrap_or(0));
        open.parts += 1;
        let flags = open.begin + VIRTIO + open.transport + 13;
        self.bytes.extend_from_slice(data);
        *self.bytes.get_mut(flags)? |= segment.flags & PSH;
        if last {
            self.close();
        }
        Some(())
    }

    /// The piece that could still grow is ready.
    fn close(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        let range = open.begin..self.bytes.len();
        if open.parts > 1
            && let Some(piece) = self.bytes.get_mut(range.clone())
        {
            // All offsets lie within what was looked at before.
            let _finished = finish(piece, &open);
        }
        self.ready.push(range);
    }
}

/// The segment of TCP in a packet that may be joined: without fragments, options of IP, or flags beside ACK and PSH.
fn segment(packet: &[u8]) -> Option<Segment> {
    let transport = match packet.first()? {
        0x45 => {
            let fragment = network(packet, 6)? & 0x3fff;
            (fragment == 0 && *packet.get(9)? == TCP).then_some(20)?
        }
        first if first >> 4 == 6 => (*packet.get(6)? == TCP).then_some(40)?,
        _ => return None,
    };
    let data = transport + usize::from(packet.get(transport + 12)? >> 4) * 4;
    let flags = *packet.get(transport + 13)?;
    let plain = flags & !PSH == ACK && data >= transport + 20 && data <= packet.len();
    plain.then_some(Segment {
        transport,
        data,
        number: network_long(packet, transport + 4)?,
        flags,
    })
}

/// Whether two packets have the same headers but for what differs along a piece.
fn is_alike(one: &[u8], other: &[u8], transport: usize) -> bool {
    let same = |range: Range<usize>| one.get(range.clone()) == other.get(range);
    let ip = if transport == 20 {
        // All but length, identification and checksum.
        same(0..2) && same(6..10) && same(12..20)
    } else {
        // All but the length.
        same(0..4) && same(6..40)
    };
    let at = transport;
    let Some(end) = one.get(at + 12).map(|words| usize::from(words >> 4) * 4) else {
        return false;
    };
    // Ports; the acknowledgement and the header's length; window; urgent pointer and options.
    ip && same(at..at + 4)
        && same(at + 8..at + 13)
        && same(at + 14..at + 16)
        && same(at + 18..at + end)
}

/// Makes the headers of what was joined those of a piece.
fn finish(piece: &mut [u8], open: &Open) -> Option<()> {
    let (header, packet) = piece.split_at_mut_checked(VIRTIO)?;
    let length = packet.len();
    let six = open.transport == 40;
    let kind = if six { virtio::TCP6 } else { virtio::TCP4 };
    *header.get_mut(virtio::FLAGS)? = virtio::NEEDS_SUM;
    *header.get_mut(virtio::KIND)? = kind;
    put(header, virtio::HEADERS, short(open.data).to_ne_bytes())?;
    put(header, virtio::SEGMENT, short(open.segment).to_ne_bytes())?;
    put(
        header,
        virtio::SUM_FROM,
        short(open.transport).to_ne_bytes(),
    )?;
    put(header, virtio::SUM_INTO, 16_u16.to_ne_bytes())?;
    let addresses = if six {
        put(packet, 4, short(length - 40).to_be_bytes())?;
        8..40
    } else {
        put(packet, 2, short(length).to_be_bytes())?;
        put(packet, 10, [0, 0])?;
        let sum = !sum(packet.get(..20)?, 0);
        put(packet, 10, sum.to_be_bytes())?;
        12..20
    };
    let sum = pseudo(packet.get(addresses)?, TCP, length - open.transport);
    put(packet, open.transport + 16, sum.to_be_bytes())
}

#[cfg(test)]
mod tests;
