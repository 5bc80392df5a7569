//! What is put around a connection before anything is said over it.

use std::{fmt, io};

use e3_session::types::{PartyIndex, Roster};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use super::probe::ProbeError;
use crate::{OverlayError, ProgramNeeds};

/// How the two ends of a connection just made prove to one another who they are.
pub(crate) trait Secure: Clone + fmt::Debug + Send + Sync + 'static {
    /// What the probe is then spoken over.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send;

    /// What this party keeps from one roster to the next.
    type Keys: Clone + fmt::Debug + Send + Sync + 'static;

    /// What is proved among the parties of a roster, by the keys that it names.
    fn of(keys: &Self::Keys, roster: &Roster, me: PartyIndex) -> Result<Self, OverlayError>;

    /// What a program is given so that it can prove the same.
    fn program_needs(&self) -> ProgramNeeds;

    /// The dialler's part: whoever answers has to prove to be that peer.
    fn dial(
        &self,
        stream: TcpStream,
        to: PartyIndex,
    ) -> impl Future<Output = Result<Self::Stream, ProbeError>> + Send;

    /// The listener's part. Gives who the caller has proved to be; `None` where callers prove nothing.
    fn accept(
        &self,
        stream: TcpStream,
    ) -> impl Future<Output = io::Result<(Self::Stream, Option<PartyIndex>)>> + Send;

    /// What a failure to read or write means.
    fn explain(&self, error: io::Error) -> ProbeError;
}

/// Nothing: plain TCP.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plain;

impl Secure for Plain {
    type Stream = TcpStream;
    type Keys = ();

    fn of((): &(), _: &Roster, _: PartyIndex) -> Result<Self, OverlayError> {
        Ok(Self)
    }

    fn program_needs(&self) -> ProgramNeeds {
        ProgramNeeds::default()
    }

    async fn dial(&self, stream: TcpStream, _: PartyIndex) -> Result<TcpStream, ProbeError> {
        Ok(stream)
    }

    async fn accept(&self, stream: TcpStream) -> io::Result<(TcpStream, Option<PartyIndex>)> {
        Ok((stream, None))
    }

    fn explain(&self, error: io::Error) -> ProbeError {
        ProbeError::Broken(error)
    }
}
