//! Everybody's connections while a probe runs: what is sent, and what comes.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::AsyncWriteExt as _,
    sync::{
        Mutex,
        mpsc::{Receiver, channel},
    },
    task::JoinSet,
    time::timeout,
};

use super::{
    Peers, ProbeError,
    frame::{Kind, frame},
    hear::{Event, Writer, hear},
    links::connect,
};

/// How much may wait for this party's attention. Parties that keep to a measurement are a round ahead at most, so that
/// even 256 of them say far less; whoever says more waits until it is heard.
const WAITING: usize = 4096;

/// The connections.
pub(super) struct Board {
    pub(super) peers: Peers,
    writers: BTreeMap<u16, Writer>,
    events: Receiver<(u16, Event)>,
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
        let (sender, events) = channel(WAITING);
        let mut readers = JoinSet::new();
        let mut writers = BTreeMap::new();
        for (party, stream) in connect(&peers).await? {
            let (reader, writer) = stream.into_split();
            let writer = Arc::new(Mutex::new(writer));
            writers.insert(party, Arc::clone(&writer));
            readers.spawn(hear(party, reader, writer, sender.clone()));
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
                early if self.early.len() < WAITING => self.early.push_back(early),
                (party, _) => {
                    let reason = format!("it said more than {WAITING} things before their time");
                    return Err(ProbeError::Strange { party, reason });
                }
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

#[cfg(test)]
mod tests;
