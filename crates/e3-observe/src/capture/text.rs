//! A text that is searched, and where it comes from.

use std::fmt;

use super::{Capture, crypto, datagrams, packet::End, stream};

/// Bytes to be searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What they are.
    pub place: Place,
    /// They.
    pub bytes: Vec<u8>,
    /// From where on they are of which packet, by its place in the capture.
    pub packets: Vec<(usize, usize)>,
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A packet's headers.
    Header,
    /// What a packet carries, by itself.
    Packet,
    /// A direction of a TCP connection, or what is known of it without a gap.
    Stream {
        /// Who says it.
        from: End,
        /// To whom.
        to: End,
    },
    /// All datagrams of UDP from one socket to another.
    Datagrams {
        /// Who says it.
        from: End,
        /// To whom.
        to: End,
    },
    /// What anybody can open of a QUIC handshake (RFC 9001, section 5.2).
    Handshake {
        /// Who says it.
        from: End,
        /// To whom.
        to: End,
    },
}

impl Capture {
    /// All that is to be searched: each packet by itself, the streams, the datagrams, and the beginnings of QUIC's
    /// handshakes opened.
    #[must_use]
    pub fn texts(&self) -> Vec<Text> {
        let mut all = Vec::new();
        for (number, packet) in self.packets.iter().enumerate() {
            let payload = packet.headers.as_ref().map(|headers| headers.payload.start);
            let (header, carried) = packet.bytes.split_at(payload.unwrap_or_default());
            let text = |place, bytes: &[u8]| Text {
                place,
                bytes: bytes.to_vec(),
                packets: vec![(0, number)],
            };
            all.push(text(Place::Header, header));
            all.push(text(Place::Packet, carried));
        }
        all.extend(stream::texts(self));
        let datagrams = datagrams::datagrams(self);
        all.extend(crypto::texts(&datagrams));
        all.extend(datagrams::texts(&datagrams));
        all.retain(|text| !text.bytes.is_empty());
        all
    }
}

impl Text {
    /// Of which packet the byte at this place is, counted from 1 as Wireshark does.
    #[must_use]
    pub fn packet(&self, at: usize) -> usize {
        let behind = self.packets.partition_point(|(begins, _)| *begins <= at);
        let of = behind
            .checked_sub(1)
            .and_then(|last| self.packets.get(last));
        of.map_or(0, |(_, packet)| packet + 1)
    }
}

/// `the TCP stream 198.18.0.1:4000 → 198.18.0.2:5000`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => f.write_str("headers"),
            Self::Packet => f.write_str("packets"),
            Self::Stream { from, to } => write!(f, "the TCP stream {from} → {to}"),
            Self::Datagrams { from, to } => write!(f, "the UDP datagrams {from} → {to}"),
            Self::Handshake { from, to } => write!(f, "the QUIC handshake {from} → {to}, opened"),
        }
    }
}
