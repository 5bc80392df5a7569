//! Connections among all parties: each lower one dials each higher one, as its dial table says.

use std::{collections::BTreeMap, io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinSet,
    time::{Instant, sleep, timeout, timeout_at},
};

use super::{Peers, ProbeError};

/// How long parties may take to start: a machine that holds many starts them one after another.
const PATIENCE: Duration = Duration::from_mins(1);
/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(50);
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// Connections that may wait to be accepted.
const BACKLOG: u32 = 512;
/// What begins a connection, before the caller's index.
const HELLO: [u8; 6] = *b"e3pr/1";

/// One connection to every other party, by index.
pub(super) type Links = BTreeMap<u16, TcpStream>;

/// Connects with all others.
pub(super) async fn connect(peers: &Peers) -> Result<Links, ProbeError> {
    let deadline = Instant::now() + PATIENCE;
    let own = peers.addresses.get(usize::from(peers.me));
    let own = own.copied().unwrap_or_else(|| ([0, 0, 0, 0], 0).into());
    let mut attempts = JoinSet::new();
    if peers.me > 0 {
        let listener = listen(own).map_err(|cause| ProbeError::Listen {
            address: own,
            cause,
        })?;
        attempts.spawn(accept(listener, peers.me));
    }
    for (party, address) in (0..)
        .zip(&peers.addresses)
        .filter(|(party, _)| *party > peers.me)
    {
        attempts.spawn(dial(peers.me, party, *address));
    }
    let mut links = Links::new();
    while let Ok(Some(Ok(found))) = timeout_at(deadline, attempts.join_next()).await {
        links.extend(found);
    }
    let missing: Vec<u16> = peers
        .others()
        .filter(|party| !links.contains_key(party))
        .collect();
    if missing.is_empty() {
        Ok(links)
    } else {
        let waited = PATIENCE;
        Err(ProbeError::Unconnected { missing, waited })
    }
}

/// On this party's address; where the host does not have it, on all.
fn listen(own: SocketAddr) -> io::Result<TcpListener> {
    let bound = |address: SocketAddr| {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bound(own).or_else(|error| match (error.kind(), own) {
        (io::ErrorKind::AddrNotAvailable, SocketAddr::V4(_)) => {
            bound(([0, 0, 0, 0], own.port()).into())
        }
        (io::ErrorKind::AddrNotAvailable, SocketAddr::V6(_)) => bound(([0; 16], own.port()).into()),
        _ => Err(error),
    })
}

/// Takes the connections of all lower parties. Whoever does not say who it is, is left alone.
async fn accept(listener: TcpListener, me: u16) -> Links {
    let mut links = Links::new();
    let mut greetings = JoinSet::new();
    while links.len() < usize::from(me) {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(greetings.spawn(greet(stream))),
                Err(_) => sleep(PAUSE).await,
            },
            Some(greeted) = greetings.join_next() => {
                if let Ok(Some((party, stream))) = greeted && party < me {
                    links.insert(party, stream);
                }
            }
        }
    }
    links
}

async fn greet(mut stream: TcpStream) -> Option<(u16, TcpStream)> {
    stream.set_nodelay(true).ok()?;
    let mut hello = [0; HELLO.len()];
    timeout(ATTEMPT, stream.read_exact(&mut hello))
        .await
        .ok()?
        .ok()?;
    let party = timeout(ATTEMPT, stream.read_u16_le()).await.ok()?.ok()?;
    (hello == HELLO).then_some((party, stream))
}

/// Calls a higher party until it answers.
async fn dial(me: u16, party: u16, address: SocketAddr) -> Links {
    loop {
        let attempt = async {
            let mut stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let mut hello = HELLO.to_vec();
            hello.extend(me.to_le_bytes());
            stream.write_all(&hello).await?;
            Ok::<_, io::Error>(stream)
        };
        if let Ok(Ok(stream)) = timeout(ATTEMPT, attempt).await {
            return Links::from([(party, stream)]);
        }
        sleep(PAUSE).await;
    }
}
