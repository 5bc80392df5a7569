//! Dialling a peer, by every way that may lead to it at once.

use std::{
    collections::BTreeSet,
    future::pending,
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use e3_contact::MAX_ADDRESSES;
use e3_forward::Carrier;
use e3_session::types::{Attempt, Path, Tried};
use e3_sys::tcp;
use futures::{StreamExt as _, stream::FuturesUnordered};
use iroh::{EndpointAddr, PublicKey, TransportAddr, endpoint::Connection};
use tokio::{
    net::TcpStream,
    sync::watch,
    time::{sleep, timeout},
};
use tokio_rustls::TlsStream;

use crate::{
    ALPN,
    carrier::{self, QUIC, TLS},
    hub::Hub,
};

/// How much sooner TLS over TCP is tried than QUIC, so that where it works no packet of QUIC is sent in vain: so much at
/// least, and more for each peer, as all of them are dialled at once.
const HEAD_START: (Duration, Duration) = (Duration::from_millis(650), Duration::from_millis(40));

/// How much later than the link's leader the other end begins to dial, by TCP and by QUIC: one connection does for both.
const MANNERS: (Duration, Duration) = (Duration::from_millis(150), Duration::from_millis(1200));

/// Between one address and the next (RFC 8305, section 5).
const STAGGER: Duration = Duration::from_millis(50);

/// How long an address may take to answer over TCP, TLS included.
const TCP_PATIENCE: Duration = Duration::from_secs(4);

/// How long a connection by QUIC may take to come about.
const QUIC_PATIENCE: Duration = Duration::from_secs(10);

impl Hub {
    /// Looks for a peer by every way; the first carrier that comes about. None if all have failed. As soon as the peer
    /// may be somewhere else, it is looked for there, too.
    pub(crate) async fn seek(
        &self,
        peer: &PublicKey,
        moved: &mut watch::Receiver<u64>,
    ) -> Option<Carrier> {
        let manners = if self.leads(peer) {
            (Duration::ZERO, Duration::ZERO)
        } else {
            MANNERS
        };
        let by_quic = async {
            if !self.chosen.quic {
                return None;
            }
            let mut head_start = Duration::ZERO;
            if self.chosen.tcp {
                head_start = HEAD_START.0 + HEAD_START.1 * self.guests.count();
            }
            sleep(head_start + manners.1).await;
            self.seek_by_quic(peer).await
        };
        let by_tcp = async {
            sleep(manners.0).await;
            loop {
                if let Some(carrier) = self.seek_by_tcp(peer).await {
                    break carrier;
                }
                if moved.changed().await.is_err() {
                    pending::<()>().await;
                }
            }
        };
        tokio::select! {
            carrier = by_tcp => Some(carrier),
            found = by_quic, if self.chosen.quic => found,
            () = sleep(TCP_PATIENCE), if !self.chosen.quic => None,
        }
    }

    /// Looks for a peer by TLS over TCP, at every address that it may have.
    pub(crate) async fn seek_by_tcp(&self, peer: &PublicKey) -> Option<Carrier> {
        if !self.chosen.tcp {
            return None;
        }
        let addresses = self.tcp_addresses(peer).into_iter().enumerate();
        let mut dialling: FuturesUnordered<_> = addresses
            .map(|(place, at)| async move {
                sleep(STAGGER.saturating_mul(u32::try_from(place).unwrap_or(u32::MAX))).await;
                let start = Instant::now();
                let dialled = match timeout(TCP_PATIENCE, self.tls.dial(*peer, at)).await {
                    Ok(dialled) => dialled,
                    Err(_) => Err(silent(TCP_PATIENCE)),
                };
                let rtt = dialled.as_ref().ok().and_then(rtt_of);
                let carried =
                    dialled.and_then(|stream| carrier::ride(peer, stream, at, &self.wires));
                let path = Path::Direct {
                    address: at.to_string(),
                };
                self.tell(peer, TLS, (path, rtt), &carried, start);
                carried.ok()
            })
            .collect();
        while let Some(found) = dialling.next().await {
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Looks for a peer by QUIC: by its addresses and by relays at once.
    async fn seek_by_quic(&self, peer: &PublicKey) -> Option<Carrier> {
        let connection = self.call(peer).await?;
        carrier::carry(connection, self.relays.clone()).await.ok()
    }

    /// A connection to a peer by QUIC.
    pub(crate) async fn call(&self, peer: &PublicKey) -> Option<Connection> {
        let start = Instant::now();
        let known = self.quic_addresses(peer);
        let relayed = known.addrs.iter().any(TransportAddr::is_relay);
        let nowhere = known.addrs.is_empty();
        let calling = async { self.endpoint.get().await.connect(known, ALPN).await };
        let called = match timeout(QUIC_PATIENCE, calling).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(io::Error::other(format!("{error:#}"))),
            Err(_) => Err(silent(QUIC_PATIENCE)),
        };
        let way = match &called {
            Ok(connection) => carrier::path_of(connection, &self.relays),
            Err(_) if relayed => {
                let by = self.relays.names();
                (Path::Relayed { by }, None)
            }
            Err(_) if nowhere => {
                let reason = "no address is known".to_owned();
                (Path::Unreachable { reason }, None)
            }
            Err(_) => {
                let address = "any of its addresses".to_owned();
                (Path::Direct { address }, None)
            }
        };
        self.tell(peer, QUIC, way, &called, start);
        called.ok()
    }

    /// Where a peer may accept TLS over TCP, best first, each once.
    fn tcp_addresses(&self, peer: &PublicKey) -> Vec<SocketAddr> {
        let told = self
            .book
            .get(peer)
            .map(|record| record.tcp)
            .unwrap_or_default();
        let port = told.first().map(SocketAddr::port);
        let contact = self.peers.contact(peer).into_iter();
        let contact = contact.filter_map(|address| Some(SocketAddr::new(address, port?)));
        let near = self.peers.near(peer).0;
        let mut seen = BTreeSet::new();
        let all = near.into_iter().chain(told.iter().copied()).chain(contact);
        all.filter(|at| seen.insert(*at))
            .take(2 * MAX_ADDRESSES)
            .collect()
    }

    /// Where a peer may be reached by QUIC. Relays that are not this environment's are never asked.
    fn quic_addresses(&self, peer: &PublicKey) -> EndpointAddr {
        let record = self.book.get(peer);
        let ours = self.relays.urls();
        // What a peer says is compared, and never read.
        let known = |told: &String| ours.iter().find(|url| url.as_str() == told);
        let mut told = record.iter().flat_map(|record| &record.relays);
        let relay = told.find_map(known).or_else(|| ours.first()).cloned();
        let near = self.peers.near(peer).1;
        let places = record
            .into_iter()
            .flat_map(|record| record.quic)
            .chain(near);
        let places = places.map(TransportAddr::Ip);
        EndpointAddr::from_parts(*peer, places.chain(relay.map(TransportAddr::Relay)))
    }

    /// Keeps what came of a way, with the round-trip time there if it was measured.
    fn tell<T>(
        &self,
        peer: &PublicKey,
        transport: &str,
        (path, rtt): (Path, Option<Duration>),
        came: &io::Result<T>,
        start: Instant,
    ) {
        let outcome = match came {
            Ok(_) => Attempt::Answered,
            Err(error) => Attempt::Failed {
                reason: format!("{}: {error}", shown(&path)),
            },
        };
        let answered = outcome == Attempt::Answered;
        self.peers.tell(
            peer,
            Tried {
                path,
                transport: transport.to_owned(),
                rtt_ms: rtt.map(|rtt| rtt.as_secs_f64() * 1e3),
                outcome,
            },
        );
        tracing::debug!(transport, answered, elapsed = ?start.elapsed(), "tried");
    }
}

/// The network's part alone: what the handshake took besides, both ends have computed.
fn rtt_of(stream: &TlsStream<TcpStream>) -> Option<Duration> {
    tcp::least_round_trip(stream.get_ref().0).ok().flatten()
}

fn shown(path: &Path) -> &str {
    match path {
        Path::Direct { address } => address,
        Path::Relayed { by } => by,
        Path::Unreachable { reason } => reason,
    }
}

fn silent(patience: Duration) -> io::Error {
    let why = format!("no answer in {} s", patience.as_secs());
    io::Error::new(io::ErrorKind::TimedOut, why)
}
