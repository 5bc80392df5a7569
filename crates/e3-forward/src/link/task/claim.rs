//! Who a peer's connection says that it is from.

use e3_resume::{Link, StreamId};
use e3_session::types::PartyIndex;

use crate::link::Guard;

/// What a connection has said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::link) enum Claim {
    /// Not enough yet.
    Unsaid,
    /// What it should.
    Right,
    /// Another party; none if it ended before it said one.
    Wrong(Option<u16>),
}

/// Looks at the beginning of what a peer has said on a stream. MPyC's callers begin with their index in two bytes, the
/// lower one first, and whoever names an index first *is* that party to the one that is called.
pub(in crate::link) fn look(
    guard: Guard,
    peer: PartyIndex,
    link: &Link,
    stream: StreamId,
) -> Claim {
    if guard == Guard::None {
        return Claim::Right;
    }
    let mut bytes = link.received_pieces(stream).flatten();
    match (bytes.next(), bytes.next()) {
        (Some(low), Some(high)) => match u16::from_le_bytes([*low, *high]) {
            index if index == peer.0 => Claim::Right,
            index => Claim::Wrong(Some(index)),
        },
        _ if link.said_all(stream) => Claim::Wrong(None),
        _ => Claim::Unsaid,
    }
}
