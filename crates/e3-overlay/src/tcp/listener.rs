//! Listening for the peers that will dial this party.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use e3_session::types::PartyIndex;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinSet,
    time::{Instant, sleep, timeout_at},
};

use super::{
    probe::{self, Heard, Hello, Verdict},
    secure::Secure,
};
use crate::OverlayError;

/// Connections that may wait to be accepted; as many parties may arrive at once.
const BACKLOG: u32 = 512;

/// Connections that are spoken with at one time; a flood of strangers must not fill the agent's memory.
const CROWD: usize = 1024;

/// Pause after a failed accept, such as for want of descriptors.
const RECOVER: Duration = Duration::from_millis(50);

/// Who may knock.
#[derive(Debug)]
pub(super) struct Guests<S> {
    /// What is put around each connection.
    pub(super) secure: S,
    /// What each of them has to say; `from` is not compared.
    pub(super) hello: Hello,
    /// The parties that will dial this one.
    pub(super) expected: BTreeSet<u16>,
}

/// A guest that came: from where, and how far away it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guest {
    /// The address it came from.
    pub(super) address: IpAddr,
    /// The least round-trip time.
    pub(super) rtt: Duration,
}

/// All that happened at the door.
#[derive(Debug, Default)]
pub(super) struct Callers {
    /// The parties that came, by index.
    pub(super) came: BTreeMap<u16, Guest>,
    /// Members that named an index which is not theirs: the index, and who it was.
    pub(super) impostors: BTreeMap<u16, PartyIndex>,
}

/// Sockets on the program's port.
#[derive(Debug)]
pub(super) struct Listener {
    sockets: Vec<TcpListener>,
}

/// What happened at the door.
enum Event {
    Knock(TcpListener, io::Result<(TcpStream, SocketAddr)>),
    Came(u16, Guest),
    Impostor(u16, PartyIndex),
    Gone,
}

impl<S> Guests<S> {
    /// What to make of a caller that has proved to be `proved`, as far as callers prove anything.
    fn judge(&self, hello: &Hello, proved: Option<PartyIndex>) -> Verdict {
        if hello.session != self.hello.session
            || hello.to != self.hello.to
            || !self.expected.contains(&hello.from.0)
        {
            return Verdict::Stranger;
        }
        if hello.roster != self.hello.roster {
            return Verdict::OtherRoster;
        }
        if proved.is_some_and(|proved| proved != hello.from) {
            return Verdict::OtherIndex;
        }
        Verdict::Welcome
    }
}

impl Listener {
    /// Listens on this party's own addresses. An address that this host doesn't have (a cloud's public address in
    /// front of it, say) is passed over; where none is left, on all addresses.
    pub(super) fn bind(own: &[IpAddr], port: u16) -> Result<Self, OverlayError> {
        let mut sockets = Vec::new();
        for address in own {
            match listen(*address, port) {
                Ok(socket) => sockets.push(socket),
                Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => {}
                Err(source) => return Err(refused(*address, port, source)),
            }
        }
        if sockets.is_empty() {
            sockets.push(listen_anywhere(port)?);
        }
        Ok(Self { sockets })
    }

    /// Waits until every expected guest came, or until the deadline. The port is free when this returns.
    pub(super) async fn receive(self, guests: Guests<impl Secure>, deadline: Instant) -> Callers {
        let guests = Arc::new(guests);
        let mut callers = Callers::default();
        let mut door: JoinSet<Event> = self.sockets.into_iter().map(knock).collect();
        while callers.came.len() < guests.expected.len() {
            let Ok(Some(event)) = timeout_at(deadline, door.join_next()).await else {
                break;
            };
            match event {
                Ok(Event::Knock(socket, knocked)) => {
                    if let Ok((stream, from)) = knocked
                        && door.len() < CROWD
                    {
                        door.spawn(greet(stream, from, Arc::clone(&guests)));
                    }
                    door.spawn(knock(socket));
                }
                Ok(Event::Came(party, guest)) => {
                    callers.came.insert(party, guest);
                }
                Ok(Event::Impostor(claimed, by)) => {
                    callers.impostors.insert(claimed, by);
                }
                Ok(Event::Gone) | Err(_) => {}
            }
        }
        door.shutdown().await;
        callers
    }
}

async fn knock(socket: TcpListener) -> Event {
    let knocked = socket.accept().await;
    if knocked.is_err() {
        sleep(RECOVER).await;
    }
    Event::Knock(socket, knocked)
}

async fn greet(stream: TcpStream, from: SocketAddr, guests: Arc<Guests<impl Secure>>) -> Event {
    // A connection that has to be broken off must not keep the port: it is reset, not closed.
    if stream.set_zero_linger().is_err() || stream.set_nodelay(true).is_err() {
        return Event::Gone;
    }
    let Ok((mut stream, proved)) = guests.secure.accept(stream).await else {
        return Event::Gone;
    };
    let heard = probe::listen(&mut stream, |hello| guests.judge(hello, proved)).await;
    match (heard, proved) {
        (Ok(Heard::Welcome(party, rtt)), _) => Event::Came(
            party.0,
            Guest {
                address: from.ip().to_canonical(),
                rtt,
            },
        ),
        (Ok(Heard::Unwelcome(hello, Verdict::OtherIndex)), Some(by)) => {
            Event::Impostor(hello.from.0, by)
        }
        (Ok(Heard::Unwelcome(..) | Heard::Nothing) | Err(_), _) => Event::Gone,
    }
}

fn listen(address: IpAddr, port: u16) -> io::Result<TcpListener> {
    let socket = match address {
        IpAddr::V4(_) => TcpSocket::new_v4()?,
        IpAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::new(address, port))?;
    socket.listen(BACKLOG)
}

/// On all addresses: of both families where the system has IPv6.
fn listen_anywhere(port: u16) -> Result<TcpListener, OverlayError> {
    let (six, four) = (Ipv6Addr::UNSPECIFIED.into(), Ipv4Addr::UNSPECIFIED.into());
    match listen(six, port) {
        Ok(socket) => Ok(socket),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(refused(six, port, error)),
        Err(_) => listen(four, port).map_err(|source| refused(four, port, source)),
    }
}

fn refused(address: IpAddr, port: u16, source: io::Error) -> OverlayError {
    OverlayError::Listen {
        address: SocketAddr::new(address, port).to_string(),
        source,
    }
}
