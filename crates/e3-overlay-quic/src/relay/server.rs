//! The relay as it runs.

use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
    num::NonZeroU32,
    path::Path,
    sync::Arc,
    time::Duration,
};

use futures::FutureExt as _;
use iroh_relay::server::{
    CertConfig, ClientRateLimit, Limits, QuicConfig, RelayConfig, Server, ServerConfig, TlsConfig,
};
use rustls::{
    crypto::ring,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
};
use serde_bytes::ByteBuf;
use tokio::time::{sleep, timeout};

use super::{
    Told,
    access::{Callers, Door},
    kept::Kept,
};
use crate::QuicError;

/// Bytes that each client may send in a second: a gigabit, which no relayed pair comes near.
const RATE: NonZeroU32 = NonZeroU32::new(125_000_000).unwrap();

/// Keys whose check is remembered; a roster has at most 256.
const KEYS: usize = 1024;

/// How long those may take to be gone who may not use the relay any more, and how often they are shown out meanwhile: whoever
/// was let in a moment ago has no connection yet that could be ended.
const GONE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_millis(10));

/// Where a relay listens. Port 0 is any that is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RelayPorts {
    /// For TLS over TCP, which carries what parties say.
    pub tcp: u16,
    /// For QUIC, which tells callers their address.
    pub udp: u16,
}

impl Default for RelayPorts {
    /// Those of HTTPS (RFC 9110, section 4.2.2; RFC 9114, section 3.1), which firewalls seldom close.
    fn default() -> Self {
        Self { tcp: 443, udp: 443 }
    }
}

/// A relay that runs. Ends when dropped.
pub struct Relay {
    server: Server,
    kept: Kept,
    door: Arc<Door>,
    /// Whether it was seen to have ended.
    ended: bool,
}

impl Relay {
    /// Starts a relay on all addresses of this host, for these callers. What it keeps in the folder makes it the same relay
    /// next time.
    pub async fn start(
        folder: &Path,
        ports: RelayPorts,
        callers: Callers,
    ) -> Result<Self, QuicError> {
        Self::start_at(folder, anywhere(), ports, callers).await
    }

    /// The same, on one address.
    pub async fn start_at(
        folder: &Path,
        address: IpAddr,
        ports: RelayPorts,
        callers: Callers,
    ) -> Result<Self, QuicError> {
        let kept = Kept::open(folder)?;
        let cert = CertConfig::Manual {
            server_config: tls(&kept)?,
        };
        // What is served without TLS is a probe that nobody of ours asks for.
        let mut relay = RelayConfig::new((Ipv4Addr::LOCALHOST, 0));
        relay.tls = Some(TlsConfig::new(SocketAddr::new(address, ports.tcp), cert));
        let door = Arc::new(Door::new(kept.token.clone(), callers));
        relay.access = Arc::clone(&door) as _;
        relay.key_cache_capacity = Some(KEYS);
        let mut limits = Limits::default();
        limits.client_rx = Some(ClientRateLimit::new(RATE));
        relay.limits = limits;
        let mut config = ServerConfig::default();
        config.relay = Some(relay);
        config.quic = Some(QuicConfig::new(SocketAddr::new(address, ports.udp)));
        let server = Server::spawn(config).await.map_err(|error| {
            let why = format!("{error:#}");
            QuicError::Start { why }
        })?;
        Ok(Self {
            server,
            kept,
            door,
            ended: false,
        })
    }

    /// From now on it is for these callers. Others' connections have ended when this returns.
    pub async fn admit(&self, callers: Callers) {
        self.door.admit(callers);
        let Some(relay) = self.server.relay_service() else {
            return;
        };
        let all_gone = async {
            loop {
                let strangers = self.door.strangers();
                if strangers.is_empty() {
                    return;
                }
                for key in strangers {
                    relay.clients().disconnect(key, None);
                }
                sleep(GONE.1).await;
            }
        };
        if timeout(GONE.0, all_gone).await.is_err() {
            tracing::warn!(
                "somebody whom the roster does not name any more has not left the relay yet"
            );
        }
    }

    /// Where it listens.
    pub fn ports(&self) -> RelayPorts {
        let port = |address: Option<SocketAddr>| address.map_or(0, |address| address.port());
        RelayPorts {
            tcp: port(self.server.https_addr()),
            udp: port(self.server.quic_addr()),
        }
    }

    /// Whether it has not ended by itself.
    pub fn is_up(&mut self) -> bool {
        if !self.ended {
            self.ended = self.server.join().now_or_never().is_some();
        }
        !self.ended
    }

    /// What parties need to know.
    pub fn told(&self) -> BTreeMap<String, ByteBuf> {
        let RelayPorts { tcp, udp } = self.ports();
        let Kept {
            name,
            certificate,
            token,
            ..
        } = &self.kept;
        Told::tell(name, certificate, token, (tcp, udp))
    }

    /// Ends it, and waits until its ports are free.
    pub async fn stop(self) {
        // What has ended cannot be waited for again.
        if self.ended {
            return;
        }
        // That it has ended meanwhile is what was wanted.
        let _ended = self.server.shutdown().await;
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay")
            .field("at", &self.server.https_addr())
            .finish_non_exhaustive()
    }
}

/// Every address of this host, of both families where the system has IPv6.
fn anywhere() -> IpAddr {
    let six = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    match TcpListener::bind((six, 0)) {
        Ok(_) => six,
        Err(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    }
}

fn tls(kept: &Kept) -> Result<rustls::ServerConfig, QuicError> {
    let certificate = CertificateDer::from(kept.certificate.to_vec());
    let key = PrivatePkcs8KeyDer::from(kept.key.to_vec());
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())?;
    Ok(config)
}
