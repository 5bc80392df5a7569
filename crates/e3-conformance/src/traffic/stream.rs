//! One end of a connection between programs.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use tokio::{
    io::{
        AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf, split,
    },
    time::timeout,
};

use super::pattern::Pattern;

/// No read or write waits longer: more than an outage and the patience of TCP after it.
const PATIENCE: Duration = Duration::from_secs(40);

/// Bytes that are read at once.
const BUFFER: usize = 256 * 1024;

/// Both directions of a connection, whatever protects it.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// One end of a connection. When it is dropped, the connection ends.
pub struct Stream {
    sender: WriteHalf<Box<dyn Duplex>>,
    receiver: ReadHalf<Box<dyn Duplex>>,
    sent: Pattern,
    received: Pattern,
}

/// Which end of a connection: what they say differs.
#[derive(Debug, Clone, Copy)]
pub enum End {
    /// The one that has dialled.
    Dialler,
    /// The one that has listened.
    Listener,
}

impl End {
    /// What this end says.
    pub(super) fn pattern(self) -> Pattern {
        match self {
            Self::Dialler => Pattern::new(1),
            Self::Listener => Pattern::new(2),
        }
    }
}

impl Stream {
    /// An end of which nothing was said yet.
    pub fn new(duplex: impl Duplex + 'static, end: End) -> Self {
        let duplex: Box<dyn Duplex> = Box::new(duplex);
        let (receiver, sender) = split(duplex);
        let other = match end {
            End::Dialler => End::Listener,
            End::Listener => End::Dialler,
        };
        Self {
            sender,
            receiver,
            sent: end.pattern(),
            received: other.pattern(),
        }
    }

    /// Sends the next so many bytes, in pieces of one size, and receives as many of the other end, all at once.
    pub async fn exchange(&mut self, bytes: usize, piece: usize) -> anyhow::Result<()> {
        let sending = send(&mut self.sender, &mut self.sent, bytes, piece);
        let receiving = receive(&mut self.receiver, &mut self.received, bytes);
        tokio::try_join!(sending, receiving)?;
        Ok(())
    }

    /// Sends the next so many bytes, in pieces of one size.
    pub async fn send(&mut self, bytes: usize, piece: usize) -> anyhow::Result<()> {
        send(&mut self.sender, &mut self.sent, bytes, piece).await
    }

    /// Receives the next so many bytes, and makes sure that they are those that were sent, in order.
    pub async fn receive(&mut self, bytes: usize) -> anyhow::Result<()> {
        receive(&mut self.receiver, &mut self.received, bytes).await
    }

    /// Says one's last; the other direction stays open.
    pub async fn finish(&mut self) -> anyhow::Result<()> {
        self.sender.shutdown().await.context("ending a direction")
    }

    /// Makes sure that nothing more comes: the other end has said its last.
    pub async fn end(&mut self) -> anyhow::Result<()> {
        let read = timeout(PATIENCE, self.receiver.read(&mut [0])).await;
        match read.context("the end of the stream does not come")?? {
            0 => Ok(()),
            _ => bail!("expected the end of the stream, found more of it"),
        }
    }

    /// Waits until the connection ends, in whatever way; an error if it has not by then.
    pub async fn broken_within(&mut self, patience: Duration) -> anyhow::Result<()> {
        match timeout(patience, self.receiver.read(&mut [0])).await {
            Ok(Ok(0) | Err(_)) => Ok(()),
            Ok(Ok(_)) => bail!("expected the connection to end, heard more instead"),
            Err(_) => bail!("the connection still stands after {patience:?}"),
        }
    }
}

async fn send(
    to: &mut (impl AsyncWrite + Unpin),
    pattern: &mut Pattern,
    bytes: usize,
    piece: usize,
) -> anyhow::Result<()> {
    let mut buffer = vec![0; piece];
    let mut left = bytes;
    while left > 0 {
        let part = buffer.get_mut(..left.min(piece)).unwrap_or_default();
        pattern.fill(part);
        let written = timeout(PATIENCE, async {
            to.write_all(part).await?;
            to.flush().await
        });
        let written = written.await.context("nobody takes what is sent")?;
        written.context("the stream ended while something was sent")?;
        left -= part.len();
    }
    Ok(())
}

async fn receive(
    from: &mut (impl AsyncRead + Unpin),
    pattern: &mut Pattern,
    bytes: usize,
) -> anyhow::Result<()> {
    let room = bytes.min(BUFFER);
    let (mut buffer, mut expected) = (vec![0; room], vec![0; room]);
    let mut at = 0;
    while at < bytes {
        let part = buffer.get_mut(..room.min(bytes - at)).unwrap_or_default();
        let read = timeout(PATIENCE, from.read(part)).await;
        let read = read.with_context(|| format!("nothing comes after byte {at} of {bytes}"))?;
        let ended = || format!("the stream ended at byte {at} of {bytes}");
        let read = read.with_context(ended)?;
        ensure!(read > 0, ended());
        let (found, expected) = (
            buffer.get(..read).unwrap_or_default(),
            expected.get_mut(..read).unwrap_or_default(),
        );
        pattern.fill(expected);
        if found != expected {
            let same = found.iter().zip(&*expected).take_while(|(a, b)| a == b);
            bail!("byte {} is not the one that was sent", at + same.count());
        }
        at += read;
    }
    Ok(())
}
