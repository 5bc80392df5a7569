//! What fuzz targets reach of the guard before a program.

use e3_resume::{Link, StreamId};
use e3_session::types::PartyIndex;

use super::{
    Guard,
    task::claim::{Claim, look},
};

/// Whether a connection of this peer has said rightly who it is, to a guard that knows MPyC; `None` until it has said
/// enough.
pub fn claims(peer: PartyIndex, link: &Link, stream: StreamId) -> Option<bool> {
    match look(Guard::MpycIndex, peer, link, stream) {
        Claim::Unsaid => None,
        Claim::Right => Some(true),
        Claim::Wrong(_) => Some(false),
    }
}
