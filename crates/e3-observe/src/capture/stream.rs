//! What each direction of each TCP connection has carried.

use std::collections::BTreeMap;

use super::{
    file::Capture,
    packet::{End, Transport},
    reassembly::{Piece, runs},
    text::{Place, Text},
};

/// One direction while it is collected.
#[derive(Default)]
struct Direction<'a> {
    /// The connections, one after the other, that had these ends.
    connections: Vec<Connection<'a>>,
}

#[derive(Default)]
struct Connection<'a> {
    /// The number with which it began, if that was seen.
    began: Option<u32>,
    /// The number of the last piece, and what it is without wrapping around.
    last: Option<(u32, i64)>,
    pieces: Vec<Piece<'a>>,
}

/// All of a capture.
pub(super) fn texts(capture: &Capture) -> Vec<Text> {
    let mut directions: BTreeMap<(usize, End, End), Direction<'_>> = BTreeMap::new();
    for (number, packet) in capture.packets.iter().enumerate() {
        if let Some(headers) = &packet.headers
            && let Transport::Tcp { sequence, syn } = headers.transport
        {
            let ends = (packet.point, headers.from, headers.to);
            let direction = directions.entry(ends).or_default();
            direction.add(number, sequence, syn, packet.payload());
        }
    }
    let directions = directions.into_iter();
    directions
        .flat_map(|((_, from, to), direction)| {
            let connections = direction.connections.into_iter();
            connections
                .flat_map(|one| runs(&one.pieces))
                .map(move |run| Text {
                    place: Place::Stream { from, to },
                    bytes: run.bytes,
                    packets: run.packets,
                })
        })
        .collect()
}

impl<'a> Direction<'a> {
    fn add(&mut self, packet: usize, sequence: u32, syn: bool, payload: &'a [u8]) {
        let is_new = match self.connections.last() {
            None => true,
            // The same once more, or another connection between the same ends.
            Some(last) => syn && last.began != Some(sequence),
        };
        if is_new {
            self.connections.push(Connection {
                began: syn.then_some(sequence),
                ..Connection::default()
            });
        }
        if let Some(connection) = self.connections.last_mut() {
            connection.add(packet, sequence.wrapping_add(syn.into()), payload);
        }
    }
}

impl<'a> Connection<'a> {
    fn add(&mut self, packet: usize, sequence: u32, bytes: &'a [u8]) {
        let at = match self.last {
            None => 0,
            // Numbers wrap around (RFC 9293, section 3.4): the nearer place is meant.
            Some((last, at)) => at + i64::from(sequence.wrapping_sub(last).cast_signed()),
        };
        self.last = Some((sequence, at));
        self.pieces.push(Piece { at, packet, bytes });
    }
}
