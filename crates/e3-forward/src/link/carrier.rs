//! What a link rides on.

use std::fmt;

use e3_session::types::Path;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
};

use super::PeerKey;

/// A byte stream of any kind.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> ByteStream for T {}

/// An ordered, reliable byte stream to a peer's agent, whose key was checked against the roster before it came here.
pub struct Carrier {
    pub(super) peer: PeerKey,
    pub(super) stream: Box<dyn ByteStream>,
    pub(super) facts: watch::Receiver<CarrierFacts>,
}

/// What a carrier is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierFacts {
    /// What it is made of, such as `tls/tcp` or `quic`.
    pub transport: String,
    /// How its packets travel.
    pub path: Path,
    /// How good it is: the link moves to a carrier of a higher rank than that of the one it has. Only the leader's
    /// opinion counts.
    pub rank: u8,
}

impl Carrier {
    /// One that stays what it is, to whoever has proved to have this key.
    pub fn new(peer: PeerKey, stream: impl ByteStream, facts: CarrierFacts) -> Self {
        Self::watched(peer, stream, watch::channel(facts).1)
    }

    /// One whose path can change under it.
    pub fn watched(
        peer: PeerKey,
        stream: impl ByteStream,
        facts: watch::Receiver<CarrierFacts>,
    ) -> Self {
        Self {
            peer,
            stream: Box::new(stream),
            facts,
        }
    }

    /// What it is now.
    pub fn facts(&self) -> CarrierFacts {
        self.facts.borrow().clone()
    }
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Carrier")
            .field(&*self.facts.borrow())
            .finish()
    }
}
