//! QUIC's handshakes as far as anybody can open them.

use std::collections::BTreeMap;

use super::{
    datagrams::Datagram,
    initial::{crypto, initials},
    packet::End,
    reassembly::{Piece, runs},
    text::{Place, Text},
};

/// So many IDs of connections are tried between two sockets.
const TRIED: usize = 64;

/// A CRYPTO frame: where it belongs, in which packet it was, what it holds.
type Frame = (i64, usize, Vec<u8>);

/// Of each direction what its CRYPTO frames hold.
pub(super) fn texts(datagrams: &[Datagram]) -> Vec<Text> {
    // By both ends in their order, since both encrypt with keys that come of the client's first ID.
    let mut ids: BTreeMap<[End; 2], Vec<Vec<u8>>> = BTreeMap::new();
    // Several connections may have the same ends: each is told by its ID.
    let mut opened: BTreeMap<(End, End, Vec<u8>), Vec<Frame>> = BTreeMap::new();
    for one in datagrams {
        for initial in initials(&one.bytes) {
            let ends = [one.from.min(one.to), one.from.max(one.to)];
            let known = ids.entry(ends).or_default();
            let is_new = known.len() < TRIED && !known.iter().any(|id| id == initial.destination);
            if is_new {
                known.push(initial.destination.to_vec());
            }
            let mut tried = known.iter();
            let open = tried.find_map(|id| Some((id.clone(), initial.open(id)?)));
            let Some((id, frames)) = open else {
                continue;
            };
            let held = opened.entry((one.from, one.to, id)).or_default();
            for (at, bytes) in crypto(&frames) {
                // A handshake is nowhere near so long.
                if let Ok(at) = i64::try_from(at) {
                    held.push((at, one.packet, bytes.to_vec()));
                }
            }
        }
    }
    let mut all = Vec::new();
    for ((from, to, _), frames) in opened {
        let pieces = frames.iter().map(|(at, packet, bytes)| Piece {
            at: *at,
            packet: *packet,
            bytes,
        });
        let pieces: Vec<_> = pieces.collect();
        all.extend(runs(&pieces).into_iter().map(|run| Text {
            place: Place::Handshake { from, to },
            bytes: run.bytes,
            packets: run.packets,
        }));
    }
    all
}
