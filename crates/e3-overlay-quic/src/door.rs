//! Accepting carriers from peers.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    num::NonZeroU16,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use iroh::{
    PublicKey,
    endpoint::{Connection, IncomingAddr},
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::{sleep, timeout},
};

use crate::{
    QuicError,
    carrier::{self, pacing},
    crowd::{Crowd, household},
    hub::Hub,
    options::Chosen,
};

/// Strangers that are spoken with at one time, and those of them that may come from one household: a router may stand
/// before many parties.
const STRANGERS: usize = 256;
const STRANGERS_EACH: usize = 64;

/// Connections of parties that have not said their first word, and those of them that may be one party's.
const PARTIES: usize = 1024;
const PARTIES_EACH: usize = 4;

/// Connections that may wait to be accepted; as many parties may arrive at once.
const BACKLOG: u32 = 256;

/// How long a caller may take until it has proved who it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a party may take until it opens the stream of its connection. Some connections only make holes in NATs, which
/// takes its time, and never do.
const PATIENCE_WITH_PARTIES: Duration = Duration::from_secs(20);

/// Pause after a failed accept, such as for want of descriptors.
const RECOVER: Duration = Duration::from_millis(50);

/// Listens for TLS on every address of this host, of both families where the system has IPv6: on this port, or on any that
/// is free.
pub(crate) fn listen(port: Option<NonZeroU16>) -> Result<TcpListener, QuicError> {
    let number = port.map_or(0, NonZeroU16::get);
    let six = SocketAddr::from((Ipv6Addr::UNSPECIFIED, number));
    let four = SocketAddr::from((Ipv4Addr::UNSPECIFIED, number));
    let listener = match bind(TcpSocket::new_v6(), six) {
        // Somebody else would be met there by half of the peers.
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        Err(_) => bind(TcpSocket::new_v4(), four),
        Ok(listener) => Ok(listener),
    };
    listener.map_err(|source| QuicError::Listen {
        at: port.map_or_else(
            || "any port of TCP".to_owned(),
            |port| format!("TCP port {port}"),
        ),
        source,
    })
}

fn bind(socket: io::Result<TcpSocket>, at: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket?;
    // Connections of an agent that has ended keep its port for a minute.
    socket.set_reuseaddr(at.port() != 0)?;
    pacing::begin(&socket);
    socket.bind(at)?;
    socket.listen(BACKLOG)
}

/// Whether a port can be had, of what it is needed for, before anybody relies on it.
pub(crate) fn try_port(chosen: &Chosen) -> Result<(), QuicError> {
    let Some(port) = chosen.port else {
        return Ok(());
    };
    if chosen.tcp {
        listen(Some(port))?;
    }
    let failed = |source| QuicError::Listen {
        at: format!("UDP port {port}"),
        source,
    };
    UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port.get())).map_err(failed)?;
    match UdpSocket::bind((Ipv6Addr::UNSPECIFIED, port.get())) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(failed(error)),
        // Where the system has no IPv6, nobody comes by it.
        _ => Ok(()),
    }
}

/// Accepts peers that come by TLS over TCP, until it is dropped.
pub(crate) async fn receive_by_tcp(hub: Arc<Hub>, listener: TcpListener) {
    let greet = move |stream, from| {
        let hub = Arc::clone(&hub);
        async move { greet_by_tcp(&hub, stream, from).await }
    };
    receive(listener, greet).await;
}

async fn receive<G: Future<Output = io::Result<()>> + Send + 'static>(
    listener: TcpListener,
    greet: impl Fn(TcpStream, SocketAddr) -> G,
) {
    let mut strangers = Crowd::new(STRANGERS, STRANGERS_EACH);
    loop {
        let Ok((stream, from)) = listener.accept().await else {
            sleep(RECOVER).await;
            continue;
        };
        let greeted = within(PATIENCE, greet(stream, from));
        strangers.enter(household(from.ip()), async move {
            if let Err(error) = greeted.await {
                tracing::debug!(%from, %error, "a caller is refused");
            }
        });
    }
}

async fn greet_by_tcp(hub: &Hub, stream: TcpStream, from: SocketAddr) -> io::Result<()> {
    let (key, stream) = hub.tls.accept(stream).await?;
    let carrier = carrier::ride(&key, stream, from, &hub.wires)?;
    hub.attach(carrier);
    Ok(())
}

/// Accepts peers that come by QUIC, until it is dropped.
pub(crate) async fn receive_by_quic(hub: Arc<Hub>) {
    let mut strangers = Crowd::new(STRANGERS, STRANGERS_EACH);
    let parties = Arc::new(Mutex::new(Crowd::new(PARTIES, PARTIES_EACH)));
    let mut endpoints = hub.endpoint.follow();
    let mut endpoint = endpoints.next().await;
    loop {
        let Some(incoming) = endpoint.accept().await else {
            // It is closed, and its port is free when nobody has it any more.
            drop(endpoint);
            endpoint = endpoints.next().await;
            continue;
        };
        // Whoever makes up where it comes from does not hear what it is to say first (RFC 9000, section 8.1.2).
        if strangers.len() >= STRANGERS / 2 && !incoming.remote_addr_validated() {
            if let Err(error) = incoming.retry() {
                tracing::debug!(%error, "a caller is refused");
            }
            continue;
        }
        let from = match incoming.remote_addr() {
            IncomingAddr::Ip(at) => Source::Household(household(at.ip())),
            // A relay knows by their keys whom it forwards.
            IncomingAddr::Relay { endpoint_id, .. } => Source::Relayed(endpoint_id),
            _ => Source::Elsewhere,
        };
        let (hub, parties) = (Arc::clone(&hub), Arc::clone(&parties));
        strangers.enter(from, async move {
            // The doorkeeper lets in only whom the roster names.
            let greeted = within(PATIENCE, async { incoming.await.map_err(io::Error::other) });
            match greeted.await {
                Ok(connection) => {
                    let key = connection.remote_id();
                    let mut parties = parties.lock().unwrap_or_else(PoisonError::into_inner);
                    parties.enter(key, listen_to(hub, connection));
                }
                Err(error) => tracing::debug!(%error, "a caller is refused"),
            }
        });
    }
}

/// Where a stranger comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Household(IpAddr),
    Relayed(PublicKey),
    Elsewhere,
}

/// Waits for the stream of a party's connection.
async fn listen_to(hub: Arc<Hub>, connection: Connection) {
    let carrier = carrier::accepted(connection, Arc::clone(&hub.relays));
    match within(PATIENCE_WITH_PARTIES, carrier).await {
        Ok(carrier) => hub.attach(carrier),
        Err(error) => tracing::debug!(%error, "a connection carries nothing"),
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let done = timeout(limit, work).await;
    done.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

#[cfg(test)]
mod tests {
    use e3_session::types::{OptionValue, Options};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        sync::mpsc,
    };

    use super::*;

    fn chosen(port: u16) -> Chosen {
        let port = ("port".to_owned(), OptionValue::Port(port));
        Chosen::read(&Options([port].into()))
    }

    #[tokio::test]
    async fn who_says_nothing_keeps_nobody_out() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let door = listener.local_addr().unwrap();
        let (tell, mut told) = mpsc::unbounded_channel();
        let greet = move |mut stream: TcpStream, _| {
            let tell = tell.clone();
            async move {
                let word = stream.read_u8().await?;
                tell.send(word).map_err(io::Error::other)
            }
        };
        let doorkeeper = tokio::spawn(receive(listener, greet));
        let mut silent = Vec::new();
        for _ in 0..STRANGERS + 10 {
            silent.push(TcpStream::connect(door).await.unwrap());
        }
        let mut caller = TcpStream::connect(door).await.unwrap();
        caller.write_all(&[7]).await.unwrap();
        let word = timeout(PATIENCE / 2, told.recv()).await;
        assert_eq!(word.expect("the door is shut"), Some(7));
        doorkeeper.abort();
    }

    #[tokio::test]
    async fn a_port_that_somebody_has_is_named() {
        let any = (Ipv4Addr::UNSPECIFIED, 0);
        let tcp = std::net::TcpListener::bind(any).unwrap();
        let port = tcp.local_addr().unwrap().port();
        let told = try_port(&chosen(port)).unwrap_err().to_string();
        assert!(told.contains(&format!("TCP port {port}")), "{told}");
        assert!(told.contains("`quic.port`"), "{told}");

        drop(tcp);
        try_port(&chosen(port)).unwrap();
        let listener = listen(chosen(port).port).unwrap();
        assert_eq!(listener.local_addr().unwrap().port(), port);

        for family in [
            Ipv4Addr::UNSPECIFIED.into(),
            IpAddr::from(Ipv6Addr::UNSPECIFIED),
        ] {
            let udp = UdpSocket::bind((family, 0)).unwrap();
            let port = udp.local_addr().unwrap().port();
            let told = try_port(&chosen(port)).unwrap_err().to_string();
            assert!(told.contains(&format!("UDP port {port}")), "{told}");
        }
    }
}
