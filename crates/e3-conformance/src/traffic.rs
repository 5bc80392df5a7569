//! What programs would say to one another: sockets on the parties' hosts, dialled by the dial table.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};

use crate::{field::Field, party::Party};

/// No read or write waits longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection between two parties.
pub(crate) struct Connection {
    /// The end that has dialled.
    pub(crate) dialler: TcpStream,
    /// The end that has listened.
    pub(crate) listener: TcpStream,
}

/// Listens on a party's host, as a program would.
pub(crate) fn listen(party: &Party, port: u16) -> anyhow::Result<TcpListener> {
    let anywhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), port);
    let listener = party.host.run_in(|| TcpListener::bind(anywhere))?;
    listener.with_context(|| format!("port {port} of {} is not free", party.host.name()))
}

/// Dials a peer from a party's host, at the address that its dial table tells.
pub(crate) fn dial(party: &Party, peer: usize, port: u16) -> anyhow::Result<TcpStream> {
    let table = party.dial.as_ref().context("the party is not connected")?;
    let reach = table
        .parties
        .get(peer)
        .context("the dial table lacks a party")?;
    let at = SocketAddr::new(reach.address, port);
    let stream = party
        .host
        .run_in(|| TcpStream::connect_timeout(&at, PATIENCE))?;
    let stream = stream.with_context(|| format!("{} cannot dial {at}", party.host.name()))?;
    limit(&stream)?;
    Ok(stream)
}

/// Connects two parties.
pub(crate) fn connect(
    field: &Field,
    from: usize,
    to: usize,
    port: u16,
) -> anyhow::Result<Connection> {
    let door = listen(field.party(to)?, port)?;
    let dialler = dial(field.party(from)?, to, port)?;
    let listener = accept(&door)?;
    Ok(Connection { dialler, listener })
}

/// Accepts a connection that has been dialled already.
pub(crate) fn accept(door: &TcpListener) -> anyhow::Result<TcpStream> {
    let (stream, _) = door.accept()?;
    limit(&stream)?;
    Ok(stream)
}

fn limit(stream: &TcpStream) -> anyhow::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(())
}

impl Connection {
    /// Both ends send this many bytes at once, in pieces of one size, and both get them whole and in order.
    pub(crate) fn exchange(&self, bytes: usize, piece: usize) -> anyhow::Result<()> {
        let ends = [(&self.dialler, 1), (&self.listener, 2)];
        thread::scope(|scope| {
            let mut work = Vec::new();
            for (stream, seed) in ends {
                let peer_seed = 3 - seed;
                work.push(scope.spawn(move || send(stream, seed, bytes, piece)));
                work.push(scope.spawn(move || receive(stream, peer_seed, bytes)));
            }
            for done in work {
                match done.join() {
                    Ok(result) => result?,
                    Err(_) => bail!("a peer has panicked"),
                }
            }
            Ok(())
        })
    }
}

/// Sends bytes that [`receive`] can tell from any others.
pub(crate) fn send(
    mut stream: &TcpStream,
    seed: u64,
    bytes: usize,
    piece: usize,
) -> anyhow::Result<()> {
    let mut pattern = Pattern::new(seed);
    let mut left = bytes;
    let mut buffer = vec![0; piece];
    while left > 0 {
        let length = left.min(piece);
        let part = buffer.get_mut(..length).unwrap_or_default();
        part.fill_with(|| pattern.next());
        stream.write_all(part).context("sending")?;
        left -= length;
    }
    Ok(())
}

/// Receives so many bytes, and makes sure that they are those that were sent, in order.
pub(crate) fn receive(mut stream: &TcpStream, seed: u64, bytes: usize) -> anyhow::Result<()> {
    let mut pattern = Pattern::new(seed);
    let mut buffer = vec![0; 64 * 1024];
    let mut at = 0;
    while at < bytes {
        let room = buffer.len().min(bytes - at);
        let read = stream.read(buffer.get_mut(..room).unwrap_or_default())?;
        ensure!(read > 0, "the stream ended at byte {at} of {bytes}");
        for byte in buffer.get(..read).unwrap_or_default() {
            ensure!(
                *byte == pattern.next(),
                "byte {at} is not the one that was sent"
            );
            at += 1;
        }
    }
    Ok(())
}

/// Makes sure that nothing more comes: the other end has said its last.
pub(crate) fn end(mut stream: &TcpStream) -> anyhow::Result<()> {
    let read = stream.read(&mut [0])?;
    ensure!(
        read == 0,
        "expected the end of the stream, found more of it"
    );
    Ok(())
}

/// Says one's last; the other direction stays open.
pub(crate) fn finish(stream: &TcpStream) -> anyhow::Result<()> {
    stream.shutdown(Shutdown::Write).context("ending a stream")
}

/// Bytes in which no piece looks like another (a 64-bit linear congruential generator, Knuth's constants).
struct Pattern(u64);

impl Pattern {
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u8 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let [.., top] = self.0.to_le_bytes();
        top
    }
}
