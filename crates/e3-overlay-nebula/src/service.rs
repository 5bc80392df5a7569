//! The lighthouse as a service: the stock program without an interface, which tells parties where the others are and
//! carries what does not go directly.

use std::{
    collections::BTreeMap,
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket},
    path::Path,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use e3_nebula::{Authority, Network, Version};
use e3_overlay::{RunningService, Service, ServiceError, ServiceStart};
use e3_session::types::{Health, ServicePort, Subnet, Transport};
use e3_stock::Daemon;
use futures::FutureExt as _;
use rustix::process::Signal;
use serde_bytes::ByteBuf;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::{
    NebulaError, config,
    files::{Files, write},
    identity::{AUTHORITY, Identity, placed},
    introduction::{Introduced, common},
    joined::start,
    lighthouse::{USUAL_PORT, addresses, told},
    program::Program,
    watch::Watch,
};

/// How long its certificate is valid: as long as its authority's.
const VALID: Duration = Duration::from_secs(AUTHORITY);

/// Where its authority's key is kept, so that it is the same after a restart.
const KEY: &str = "authority.key";

/// What it has told.
const INTRODUCED: &str = "introduced";

/// A lighthouse for an agent to start.
#[derive(Debug, Clone, Copy)]
struct LighthouseService;

/// The service, as an overlay gives it.
pub(crate) fn lighthouse() -> Arc<dyn Service> {
    Arc::new(LighthouseService)
}

struct Running {
    program: Program,
    identity: Identity,
    introduced: Introduced,
    files: Files,
    port: u16,
    /// Whether it listens on IPv6, too.
    six: bool,
    now: Mutex<Now>,
}

/// What is there of it.
enum Now {
    /// Nobody may use it yet: its port is kept.
    Waiting(#[expect(dead_code, reason = "keeps the port")] UdpSocket),
    /// A nebula that is in these networks, with certificates of that version.
    Shining(Daemon, Version, Vec<Network>),
    /// It could not be started, for this reason.
    Failed(String),
}

#[async_trait]
impl Service for LighthouseService {
    fn usual_ports(&self) -> Vec<ServicePort> {
        vec![listed(USUAL_PORT)]
    }

    async fn start(&self, start: ServiceStart) -> Result<Box<dyn RunningService>, ServiceError> {
        let name = || start.name.clone();
        if start.addresses.is_empty() {
            return Err(ServiceError::NoAddress { name: name() });
        }
        let failed = |error: NebulaError| ServiceError::Start {
            name: name(),
            why: error.to_string(),
        };
        let program = Program::find().await.map_err(failed)?;
        let (identity, introduced) =
            kept(&start.folder, &start.name, program.reads).map_err(failed)?;
        let six = start.addresses.iter().any(IpAddr::is_ipv6);
        let mut ports = start.ports.iter();
        let declared = ports.find(|port| port.transport == Transport::Udp);
        let declared = declared.map(|port| port.port);
        let socket = match (listen(declared.unwrap_or(USUAL_PORT), six), declared) {
            // Somebody else's nebula may be there.
            (Err(_), None) => listen(0, six),
            (tried, _) => tried,
        };
        let port = socket.and_then(|socket| Ok((socket.local_addr()?.port(), socket)));
        let (port, socket) = port.map_err(|source| ServiceError::Listen {
            name: name(),
            port: declared.unwrap_or(USUAL_PORT),
            transport: Transport::Udp,
            source,
        })?;
        Ok(Box::new(Running {
            program,
            identity,
            introduced,
            files: Files::new(&start.folder),
            port,
            six,
            now: Mutex::new(Now::Waiting(socket)),
        }))
    }
}

#[async_trait]
impl RunningService for Running {
    fn ports(&self) -> Vec<ServicePort> {
        vec![listed(self.port)]
    }

    fn told(&self) -> BTreeMap<String, ByteBuf> {
        told(&self.introduced)
    }

    /// From now on it believes these authorities and no others; nebula ends the tunnels of the others within seconds.
    async fn admit(&self, keys: &[ByteBuf]) {
        // What cannot be read is nobody's: its party's agent has refused the roster.
        let parties: Vec<_> = keys
            .iter()
            .filter_map(|key| Introduced::read(key))
            .collect();
        let mut now = self.now.lock().await;
        if let Err(error) = self.shine(&mut now, &parties).await {
            tracing::error!("the lighthouse cannot be used: {error}");
            *now = Now::Failed(error.to_string());
        }
    }

    async fn health(&self) -> Health {
        let reason = match &*self.now.lock().await {
            Now::Waiting(_) => None,
            Now::Shining(daemon, ..) => daemon.end().now_or_never(),
            Now::Failed(why) => Some(why.clone()),
        };
        reason.map_or(Health::Up, |reason| Health::Down { reason })
    }

    async fn stop(self: Box<Self>) {
        if let Now::Shining(daemon, ..) = self.now.into_inner() {
            daemon.stop().await;
        }
        self.files.remove();
    }
}

impl Running {
    async fn shine(&self, now: &mut Now, parties: &[Introduced]) -> Result<(), NebulaError> {
        if parties.is_empty() {
            return Ok(());
        }
        let everybody = parties.iter().chain([&self.introduced]);
        let version = match &*now {
            // Parties take nobody in who lacks these.
            Now::Shining(_, in_use, _) => Some(*in_use),
            Now::Waiting(_) | Now::Failed(_) => common(&everybody.collect::<Vec<_>>(), None),
        };
        let version = version.ok_or(NebulaError::NoNetwork)?;
        let parties = parties
            .iter()
            .filter_map(|party| party.certificate(version));
        let parties: Vec<_> = parties.collect();
        let networks = parties
            .first()
            .map(|party| party.details().networks.clone());
        let networks = networks.unwrap_or_default();
        let own = self
            .identity
            .certificate(version)
            .ok_or(NebulaError::NoNetwork)?;
        let bundle = parties
            .iter()
            .map(|party| party.to_pem())
            .chain([own.to_pem()]);
        write(&self.files.bundle(), &bundle.collect::<String>())?;
        if let Now::Shining(daemon, as_before, in_these) = now
            && (*as_before, &*in_these) == (version, &networks)
            && daemon.end().now_or_never().is_none()
        {
            daemon.signal(Signal::HUP);
            return Ok(());
        }
        let subnets = networks.iter();
        let subnets = subnets.filter_map(|one| Subnet::new(one.address(), one.prefix()).ok());
        let subnets: Vec<Subnet> = subnets.collect();
        let named = placed(&addresses(&subnets), &subnets, version);
        let certificate = self.identity.certify(version, named, VALID)?;
        write(&self.files.certificate(), &certificate.to_pem())?;
        write(&self.files.key(), &self.identity.key().to_pem())?;
        let config = config::lighthouse(&self.files, self.port, self.six);
        write(&self.files.config(), &config)?;
        // Its port is free now.
        if let Now::Shining(daemon, ..) =
            std::mem::replace(now, Now::Failed("it is being started".to_owned()))
        {
            daemon.stop().await;
        }
        // What it tells of handshakes is the parties' affair.
        let watch = Watch::default();
        let (daemon, _) = start(&self.program, "lighthouse", &self.files, &watch).await?;
        *now = Now::Shining(daemon, version, networks);
        Ok(())
    }
}

fn listed(port: u16) -> ServicePort {
    ServicePort {
        port,
        transport: Transport::Udp,
    }
}

fn listen(port: u16, six: bool) -> std::io::Result<UdpSocket> {
    if six {
        return UdpSocket::bind((Ipv6Addr::UNSPECIFIED, port));
    }
    UdpSocket::bind((Ipv4Addr::UNSPECIFIED, port))
}

/// What an earlier start has kept in this folder; made now where there is nothing.
fn kept(folder: &Path, name: &str, newest: Version) -> Result<(Identity, Introduced), NebulaError> {
    let key = fs::read_to_string(folder.join(KEY)).map(Zeroizing::new);
    let key = key.ok().and_then(|text| Authority::from_pem(&text).ok());
    let introduced = fs::read(folder.join(INTRODUCED)).ok();
    let introduced = introduced.and_then(|bytes| Introduced::read(&hex::decode(bytes).ok()?));
    if let (Some(key), Some(introduced)) = (key, introduced) {
        return Ok((Identity::kept(key, &introduced)?, introduced));
    }
    let made = Identity::make(name, newest, &[])?;
    let introduced = Introduced::of(&made.certificates);
    write(&folder.join(KEY), &made.authority().to_pem())?;
    write(&folder.join(INTRODUCED), &hex::encode(introduced.bytes()))?;
    Ok((made, introduced))
}
