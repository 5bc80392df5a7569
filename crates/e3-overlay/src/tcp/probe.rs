//! What is said over a connection that proves a link.
//!
//! ```text
//! dialler                                   listener
//!   hello: magic, session, roster, from, to →
//!                                         ← verdict: 1 byte
//!   round: 1 byte                           →
//!                                         ← the same byte          (three rounds)
//!   closes                                  → closes
//! ```
//!
//! The dialler closes first, so that the closing connection's waiting state (TIME-WAIT, RFC 9293 section 3.3.2)
//! stays at its end and the listener's port is free for the program at once. Either end takes the least time of
//! the rounds that it can see as the link's round-trip time.

use std::{
    io,
    time::{Duration, Instant},
};

use e3_session::types::{Digest, PartyIndex, SessionId};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Begins every hello; the digit is the version.
const MAGIC: [u8; 4] = *b"e3p1";

/// Length of a hello.
const HELLO: usize = 4 + 16 + 32 + 2 + 2;

/// Round trips that are measured; the least counts.
const ROUNDS: u8 = 3;

/// Who probes whom, and in which roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hello {
    /// The session.
    pub(crate) session: SessionId,
    /// Hash of the roster that the dialler admitted.
    pub(crate) roster: Digest,
    /// The dialler.
    pub(crate) from: PartyIndex,
    /// Whom it wants to reach.
    pub(crate) to: PartyIndex,
}

/// What the listener thinks of a hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The listener is the party that was meant.
    Welcome,
    /// The listener belongs to another session, or is another party of this one.
    Stranger,
    /// The same session, but another roster.
    OtherRoster,
    /// A member of the roster that names another's index.
    OtherIndex,
}

/// What a listener has heard.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Heard {
    /// A welcome party, and its least round-trip time.
    Welcome(PartyIndex, Duration),
    /// A hello that was not welcome, and why.
    Unwelcome(Hello, Verdict),
    /// No hello at all.
    Nothing,
}

/// Why a probe failed although the connection was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProbeError {
    /// The connection broke, or what answered does not speak this protocol.
    #[error("the connection broke: {0}")]
    Broken(#[from] io::Error),
    /// What answered is not the peer.
    #[error("a different machine or session answers there")]
    Stranger,
    /// The peer has another roster.
    #[error("it has admitted another roster")]
    OtherRoster,
    /// The peer has found that this party is not the one whose index it named.
    #[error("it says that this party has proved to be another than the index that it named")]
    OtherIndex,
    /// What answered does not speak this protocol.
    #[error("something that is not an agent answers there")]
    NotAnAgent,
    /// What answered has not proved to be the peer, or does not take this party for what it says it is.
    #[error("{0}")]
    Unproved(String),
}

impl Hello {
    /// The hello as it travels.
    pub(crate) fn encode(&self) -> [u8; HELLO] {
        let mut bytes = [0; HELLO];
        let parts: [&[u8]; 5] = [
            &MAGIC,
            &self.session.0,
            &self.roster.0,
            &self.from.0.to_be_bytes(),
            &self.to.0.to_be_bytes(),
        ];
        let all = parts.into_iter().flatten();
        bytes.iter_mut().zip(all).for_each(|(to, from)| *to = *from);
        bytes
    }

    /// Reads a hello; `None` when these bytes are none.
    fn decode(bytes: &[u8; HELLO]) -> Option<Self> {
        let rest = bytes.strip_prefix(&MAGIC)?;
        let (session, rest) = rest.split_first_chunk()?;
        let (roster, rest) = rest.split_first_chunk()?;
        let (from, rest) = rest.split_first_chunk()?;
        let (to, _) = rest.split_first_chunk()?;
        Some(Self {
            session: SessionId(*session),
            roster: Digest(*roster),
            from: PartyIndex(u16::from_be_bytes(*from)),
            to: PartyIndex(u16::from_be_bytes(*to)),
        })
    }
}

impl Verdict {
    fn byte(self) -> u8 {
        match self {
            Self::Welcome => b'w',
            Self::Stranger => b's',
            Self::OtherRoster => b'r',
            Self::OtherIndex => b'i',
        }
    }
}

/// The dialler's part on a connection just made. Gives the least round-trip time.
pub(crate) async fn dial(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    hello: Hello,
) -> Result<Duration, ProbeError> {
    stream.write_all(&hello.encode()).await?;
    match stream.read_u8().await? {
        b'w' => {}
        b's' => return Err(ProbeError::Stranger),
        b'r' => return Err(ProbeError::OtherRoster),
        b'i' => return Err(ProbeError::OtherIndex),
        _ => return Err(ProbeError::NotAnAgent),
    }
    let mut least = Duration::MAX;
    for round in 0..ROUNDS {
        let start = Instant::now();
        stream.write_u8(round).await?;
        if stream.read_u8().await? != round {
            return Err(ProbeError::NotAnAgent);
        }
        least = least.min(start.elapsed());
    }
    stream.shutdown().await?;
    Ok(least)
}

/// The listener's part on a connection just accepted. `judge` says whether the hello is welcome.
pub(crate) async fn listen(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    judge: impl Fn(&Hello) -> Verdict,
) -> io::Result<Heard> {
    let mut bytes = [0; HELLO];
    stream.read_exact(&mut bytes).await?;
    let Some(hello) = Hello::decode(&bytes) else {
        return Ok(Heard::Nothing);
    };
    let verdict = judge(&hello);
    let mut sent = Instant::now();
    stream.write_u8(verdict.byte()).await?;
    if verdict != Verdict::Welcome {
        // The dialler closes when it has read the verdict; closing first could overtake it.
        let _closed = stream.read_u8().await;
        return Ok(Heard::Unwelcome(hello, verdict));
    }
    let mut least = Duration::MAX;
    for _ in 0..ROUNDS {
        let byte = stream.read_u8().await?;
        least = least.min(sent.elapsed());
        sent = Instant::now();
        stream.write_u8(byte).await?;
    }
    // The end of the stream: the dialler has closed first.
    let _closed = stream.read_u8().await;
    Ok(Heard::Welcome(hello.from, least))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello() -> Hello {
        Hello {
            session: SessionId([7; 16]),
            roster: Digest([9; 32]),
            from: PartyIndex(258),
            to: PartyIndex(3),
        }
    }

    #[test]
    fn hello_survives_the_wire() {
        assert_eq!(Hello::decode(&hello().encode()), Some(hello()));
    }

    #[test]
    fn another_magic_is_no_hello() {
        let mut bytes = hello().encode();
        bytes[3] = b'2';
        assert_eq!(Hello::decode(&bytes), None);
    }
}
