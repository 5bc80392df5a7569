//! Everybody's connections while a probe runs: what is sent, and what comes.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::tcp::{OwnedReadHalf, OwnedWriteHalf},
    sync::{
        Mutex,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
    task::JoinSet,
    time::timeout,
};

use super::{
    Peers, ProbeError,
    frame::{Kind, frame, read_head, read_number, send_number},
    links::connect,
};

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

type Writer = Arc<Mutex<OwnedWriteHalf>>;

/// The connections.
pub(super) struct Board {
    pub(super) peers: Peers,
    writers: BTreeMap<u16, Writer>,
    events: UnboundedReceiver<(u16, Event)>,
    /// What came while this party waited for something else: others may be ahead of it.
    early: VecDeque<(u16, Event)>,
    /// Words of barriers that it has not come to yet.
    barriers: usize,
    /// Ended when this is dropped.
    _readers: JoinSet<()>,
}

impl Board {
    /// Connects with all others; returns when everybody has.
    pub(super) async fn join(peers: Peers) -> Result<Self, ProbeError> {
        let (sender, events) = unbounded_channel();
        let mut readers = JoinSet::new();
        let mut writers = BTreeMap::new();
        for (party, stream) in connect(&peers).await? {
            let (reader, writer) = stream.into_split();
            let writer = Arc::new(Mutex::new(writer));
            writers.insert(party, Arc::clone(&writer));
            readers.spawn(read(party, reader, writer, sender.clone()));
        }
        let mut board = Self {
            peers,
            writers,
            events,
            early: VecDeque::new(),
            barriers: 0,
            _readers: readers,
        };
        board.barrier(Duration::from_mins(2)).await?;
        Ok(board)
    }

    /// Waits until every party waits here.
    pub(super) async fn barrier(&mut self, patience: Duration) -> Result<(), ProbeError> {
        let root = self.peers.me == 0;
        if !root {
            self.send(0, &frame(Kind::Ready, &[])).await?;
        }
        let awaited = if root { self.writers.len() } else { 1 };
        while self.barriers < awaited {
            match self.receive(patience).await? {
                (_, Event::Barrier) => self.barriers += 1,
                early => self.early.push_back(early),
            }
        }
        self.barriers -= awaited;
        if root {
            for party in self.peers.others() {
                self.send(party, &frame(Kind::Go, &[])).await?;
            }
        }
        Ok(())
    }

    /// Sends to a party.
    pub(super) async fn send(&self, party: u16, bytes: &[u8]) -> Result<(), ProbeError> {
        let writer = self.writer(party)?;
        let sent = writer.lock().await.write_all(bytes).await;
        sent.map_err(|cause| ProbeError::Broken { party, cause })
    }

    /// What sends to a party.
    pub(super) fn writer(&self, party: u16) -> Result<Writer, ProbeError> {
        self.writers.get(&party).cloned().ok_or(ProbeError::Broken {
            party,
            cause: io::ErrorKind::NotConnected.into(),
        })
    }

    /// What comes next. Cancelled, it loses nothing.
    pub(super) async fn next(&mut self, patience: Duration) -> Result<(u16, Event), ProbeError> {
        if let Some(early) = self.early.pop_front() {
            return Ok(early);
        }
        loop {
            match self.receive(patience).await? {
                (_, Event::Barrier) => self.barriers += 1,
                event => return Ok(event),
            }
        }
    }

    async fn receive(&mut self, patience: Duration) -> Result<(u16, Event), ProbeError> {
        match timeout(patience, self.events.recv()).await {
            Ok(Some((party, Event::Broken(cause)))) => Err(ProbeError::Broken { party, cause }),
            Ok(Some(event)) => Ok(event),
            Ok(None) | Err(_) => Err(ProbeError::Silent { waited: patience }),
        }
    }
}

/// Reads what a party sends until it closes the connection.
async fn read(
    party: u16,
    reader: OwnedReadHalf,
    writer: Writer,
    events: UnboundedSender<(u16, Event)>,
) {
    let mut reader = BufReader::with_capacity(PIECE, reader);
    // Nobody listens any more when the probe has ended.
    if let Err(error) = listen(party, &mut reader, &writer, &events).await {
        let _ = events.send((party, Event::Broken(error)));
    }
}

async fn listen(
    party: u16,
    reader: &mut BufReader<OwnedReadHalf>,
    writer: &Writer,
    events: &UnboundedSender<(u16, Event)>,
) -> io::Result<()> {
    let mut counted = Counted::default();
    while let Some(head) = read_head(reader).await? {
        let event = match head.kind {
            Kind::Ready | Kind::Go => Event::Barrier,
            Kind::Ping => {
                let number = read_number(reader, head).await?;
                send_number(&mut *writer.lock().await, Kind::Pong, number).await?;
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
                let number = reader.read_u32_le().await?;
                discard(reader, head.length.saturating_sub(4)).await?;
                Event::Round(number)
            }
        };
        let _ = events.send((party, event));
    }
    Ok(())
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
