//! Packets that were kept.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use e3_lab::{Carries, Passing};
use e3_unseal::{Datagram, Recorded, Stream};

/// As many packets as are kept at most: more than any experiment needs.
const MOST: usize = 20_000;

/// What somebody on a path has kept; copies are of the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recording(Arc<Mutex<Vec<Kept>>>);

/// A packet that was kept.
#[derive(Debug, Clone)]
struct Kept {
    packet: Vec<u8>,
    /// Between whom, where it carries TCP or UDP.
    ends: Option<(SocketAddr, SocketAddr)>,
    /// Of TCP: where in the stream.
    number: Option<u32>,
    payload: Vec<u8>,
}

impl Recording {
    /// Keeps a packet.
    pub(crate) fn keep(&self, passing: &Passing<'_>) {
        let tcp = passing.carries() == Some(Carries::Tcp);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST {
            kept.push(Kept {
                packet: passing.packet().to_vec(),
                ends: passing.from().zip(passing.to()),
                number: passing.sequence().filter(|_| tcp),
                payload: passing.payload().to_vec(),
            });
        }
    }

    /// The packets as they were on the wire, in their order.
    pub(crate) fn packets(&self) -> Vec<Vec<u8>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().map(|kept| kept.packet.clone()).collect()
    }

    /// All of it, put together: what was said over each TCP connection, and what UDP carried.
    pub(crate) fn recorded(&self) -> Recorded {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut streams: BTreeMap<_, Vec<(u32, &[u8])>> = BTreeMap::new();
        let mut datagrams = Vec::new();
        for kept in kept.iter().filter(|kept| !kept.payload.is_empty()) {
            match (kept.ends, kept.number) {
                (Some(ends), Some(number)) => {
                    let pieces = streams.entry(ends).or_default();
                    pieces.push((number, &kept.payload[..]));
                }
                (Some((from, to)), None) => datagrams.push(Datagram {
                    from,
                    to,
                    bytes: kept.payload.clone(),
                }),
                (None, _) => {}
            }
        }
        let streams = streams.into_iter().map(|((from, to), pieces)| Stream {
            from,
            to,
            bytes: joined(pieces),
        });
        Recorded {
            streams: streams.collect(),
            datagrams,
        }
    }
}

/// The pieces of a stream in its order, each once, up to the first that is missing. Numbers are modulo 2³² (RFC 9293,
/// section 3.4); the first that was kept is the beginning.
fn joined(mut pieces: Vec<(u32, &[u8])>) -> Vec<u8> {
    let Some(first) = pieces.first().map(|(number, _)| *number) else {
        return Vec::new();
    };
    // What was sent before the first, if anything, counts as far behind it.
    pieces.sort_by_key(|(number, _)| number.wrapping_sub(first));
    let mut bytes = Vec::new();
    for (number, piece) in pieces {
        let at = usize::try_from(number.wrapping_sub(first)).unwrap_or(usize::MAX);
        let Some(known) = bytes.len().checked_sub(at) else {
            break;
        };
        bytes.extend_from_slice(piece.get(known..).unwrap_or_default());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_put_together_over_the_end_of_numbers() {
        let first = u32::MAX - 1;
        let pieces: Vec<(u32, &[u8])> = vec![
            (first, b"abc"),
            (first.wrapping_add(5), b"fg"),
            (first.wrapping_add(3), b"de"),
            (first.wrapping_add(1), b"bcd"),
            (first.wrapping_add(9), b"too late"),
        ];
        assert_eq!(joined(pieces), b"abcdefg");
    }
}
