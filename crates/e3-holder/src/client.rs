//! How a command speaks with a holder that is up.

use std::{
    io::{self, BufRead, BufReader, Lines, Write},
    os::unix::net::UnixStream,
};

use crate::{
    state::{StateFolder, connect},
    wire::{self, Ask, Stamped},
};

/// One question to a holder, and its answers.
#[derive(Debug)]
pub struct Client {
    asks: UnixStream,
    answers: Lines<BufReader<UnixStream>>,
}

impl Client {
    /// Connects to the holder and asks.
    pub fn ask(folder: &StateFolder, ask: &Ask) -> io::Result<Self> {
        let mut asks = connect(folder)?;
        wire::write_line(&mut asks, ask)?;
        let answers = BufReader::new(asks.try_clone()?).lines();
        Ok(Self { asks, answers })
    }

    /// Says something more on the same connection, such as [`Ask::Cancel`].
    pub fn also(&mut self, ask: &Ask) -> io::Result<()> {
        wire::write_line(&mut self.asks, ask)?;
        self.asks.flush()
    }

    /// A second hold on the connection, to say something from another thread.
    pub fn speaker(&self) -> io::Result<UnixStream> {
        self.asks.try_clone()
    }
}

impl Iterator for Client {
    type Item = io::Result<Stamped>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.answers.next()?;
        Some(line.and_then(|line| serde_json::from_str(&line).map_err(io::Error::from)))
    }
}
