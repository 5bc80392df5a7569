//! What a process prints, piece by piece.
//!
//! A piece is read when the one before it is on its way: a process that prints faster than the controller takes it
//! waits in its own `write`, and the agent holds no more than a few pieces.

use std::{fs::File, io::Write as _, sync::Arc};

use e3_program::{
    mpyc::{Events, Totals},
    outcome::Outcome,
};
use e3_session::{
    message::{Reply, Stream},
    types::Digest,
};
use serde_bytes::ByteBuf;
use tokio::{io::AsyncReadExt as _, net::unix::pipe, sync::watch};

use crate::outbox::Outbox;

/// Bytes of one piece.
const PIECE: usize = 16 * 1024;

/// Where the pieces go.
#[derive(Debug)]
pub(crate) enum Sink {
    /// To the controller.
    Controller,
    /// Into a file on this host.
    File(Arc<File>),
    /// Away: the file can take no more.
    Nowhere,
}

/// One of a process's streams.
#[derive(Debug)]
pub(crate) struct Pump {
    /// The agent's end of it.
    pub(crate) from: pipe::Receiver,
    /// Which it is.
    pub(crate) stream: Stream,
    /// Where its pieces go.
    pub(crate) sink: Sink,
    /// The request that they answer.
    pub(crate) re: u32,
    /// Whether its lines tell of a program's progress.
    pub(crate) progress: bool,
    /// What takes the program's outcome, if anybody wants to know of it.
    pub(crate) printed: Option<Outcome>,
    /// How replies travel.
    pub(crate) outbox: Outbox,
}

/// What a stream has told, once all of it was pumped.
#[derive(Debug)]
pub(crate) struct Pumped {
    /// What the program's runtime has said of itself.
    pub(crate) totals: Option<Totals>,
    /// SHA-256 and length of the program's outcome, if that was asked for.
    pub(crate) printed: Option<(Digest, u64)>,
}

impl Pump {
    /// Pumps until the stream ends, or, once `closing` is true, as much as is in it at that moment: somebody else may
    /// hold the other end open, and print on.
    pub(crate) async fn run(mut self, mut closing: watch::Receiver<bool>) -> Pumped {
        let mut events = Events::default();
        let mut piece = vec![0; PIECE];
        loop {
            let read = tokio::select! {
                biased;
                _ = closing.wait_for(|closing| *closing) => break,
                read = self.from.read(&mut piece) => read.unwrap_or(0),
            };
            match piece.get(..read) {
                Some(printed @ [_, ..]) => self.take(printed, &mut events).await,
                _ => return self.pumped(&events),
            }
        }
        let mut left = rustix::io::ioctl_fionread(&self.from).unwrap_or(0);
        while left > 0 {
            let most = usize::try_from(left).map_or(PIECE, |left| left.min(PIECE));
            let room = piece.get_mut(..most).unwrap_or_default();
            let read = rustix::io::read(&self.from, room).unwrap_or(0);
            match piece.get(..read) {
                Some(printed @ [_, ..]) => self.take(printed, &mut events).await,
                _ => break,
            }
            left = left.saturating_sub(read as u64);
        }
        self.pumped(&events)
    }

    fn pumped(self, events: &Events) -> Pumped {
        Pumped {
            totals: events.totals(),
            printed: self.printed.map(Outcome::finish),
        }
    }

    /// Passes a piece on, and what it tells of the program's progress.
    async fn take(&mut self, printed: &[u8], events: &mut Events) {
        if let Some(outcome) = &mut self.printed {
            outcome.take(printed);
        }
        let found = if self.progress {
            events.push(printed)
        } else {
            Vec::new()
        };
        self.put(printed).await;
        for event in found {
            self.outbox.piece(self.re, Reply::Progress(event)).await;
        }
    }

    async fn put(&mut self, printed: &[u8]) {
        match &self.sink {
            Sink::Controller => {
                let output = Reply::Output {
                    stream: self.stream,
                    data: ByteBuf::from(printed),
                };
                self.outbox.piece(self.re, output).await;
            }
            Sink::File(file) => {
                if let Err(error) = (&**file).write_all(printed) {
                    let text = format!("output that was to be kept is lost: {error}");
                    self.outbox.piece(0, Reply::Notice { text }).await;
                    // Told once; the rest goes nowhere.
                    self.sink = Sink::Nowhere;
                }
            }
            Sink::Nowhere => {}
        }
    }
}
