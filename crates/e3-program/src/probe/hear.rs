//! What comes from one party: frames, of which those that somebody waits for become events.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::tcp::{OwnedReadHalf, OwnedWriteHalf},
    sync::{Mutex, mpsc::Sender},
};

use super::frame::{Kind, ball, read_head, read_number, send_number};

/// How much is read at once where bytes are only counted.
const PIECE: usize = 64 * 1024;

/// What came from a party.
#[derive(Debug)]
pub(super) enum Event {
    /// [`Kind::Ready`], or [`Kind::Go`].
    Barrier,
    /// The answer to a question, and when it came.
    Pong(u32, Instant),
    /// So many bytes, the last of them so long after the first was on its way.
    Received { bytes: u64, within: Duration },
    /// The next pair may begin.
    Token(u32),
    /// A message of a round.
    Round(u32),
    /// The connection has broken.
    Broken(io::Error),
}

/// What sends to a party.
pub(super) type Writer = Arc<Mutex<OwnedWriteHalf>>;

/// Reads what a party sends until it closes the connection.
pub(super) async fn hear(
    party: u16,
    reader: OwnedReadHalf,
    writer: Writer,
    events: Sender<(u16, Event)>,
) {
    let mut reader = BufReader::with_capacity(PIECE, reader);
    // Nobody listens any more when the probe has ended.
    if let Err(error) = listen(party, &mut reader, &writer, &events).await {
        let _ = events.send((party, Event::Broken(error))).await;
    }
}

async fn listen(
    party: u16,
    reader: &mut BufReader<OwnedReadHalf>,
    writer: &Writer,
    events: &Sender<(u16, Event)>,
) -> io::Result<()> {
    let mut counted = Counted::default();
    while let Some(head) = read_head(reader).await? {
        let event = match head.kind {
            Kind::Ready | Kind::Go => Event::Barrier,
            Kind::Ping => {
                let number = read_number(reader, head).await?;
                let mut writer = writer.lock().await;
                // As long as the question was.
                if head.length == 4 {
                    send_number(&mut *writer, Kind::Pong, number).await?;
                } else {
                    writer.write_all(&ball(Kind::Pong, number)).await?;
                }
                continue;
            }
            Kind::Pong => Event::Pong(read_number(reader, head).await?, Instant::now()),
            Kind::Data => {
                counted.begin();
                discard(reader, head.length).await?;
                counted.bytes += u64::from(head.length);
                continue;
            }
            Kind::End => std::mem::take(&mut counted).end(),
            Kind::Token => Event::Token(read_number(reader, head).await?),
            Kind::Round => {
                let padding = head.length.checked_sub(4).ok_or_else(unnumbered)?;
                let number = reader.read_u32_le().await?;
                discard(reader, padding).await?;
                Event::Round(number)
            }
        };
        let _ = events.send((party, event)).await;
    }
    Ok(())
}

fn unnumbered() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a round without its number")
}

async fn discard(reader: &mut BufReader<OwnedReadHalf>, length: u32) -> io::Result<()> {
    let mut left = reader.take(length.into());
    let discarded = tokio::io::copy(&mut left, &mut tokio::io::sink()).await?;
    if discarded < u64::from(length) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

/// Bytes that came, since when.
#[derive(Debug, Default)]
struct Counted {
    bytes: u64,
    since: Option<Instant>,
}

impl Counted {
    fn begin(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    fn end(self) -> Event {
        Event::Received {
            bytes: self.bytes,
            within: self.since.map(|since| since.elapsed()).unwrap_or_default(),
        }
    }
}
