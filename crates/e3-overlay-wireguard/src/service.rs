//! The relay as a service of an environment, with a reflector beside it, by which parties find out how they are seen.
//!
//! The relay is a WireGuard router: its peers are the parties' keys, and what it forwards between them are messages of
//! WireGuard that it cannot read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    net::SocketAddr,
    path::Path,
    sync::Arc,
};

use async_trait::async_trait;
use e3_contact::can_be_at;
use e3_overlay::{RunningService, Service, ServiceError, ServiceStart};
use e3_reflector::{Reflector, Stations, TOLD, USUAL_PORTS, service_ports};
use e3_session::types::{Health, ServiceFacts, ServicePort, Transport};
use e3_sys::{private, udp::Datagrams};
use serde_bytes::ByteBuf;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::{
    WireguardError,
    engine::{Engine, Member, Parts, Role},
    guests::introduced,
    key::{PrivateKey, PublicKey},
};

/// WireGuard's usual port.
const USUAL: u16 = 51820;

/// What a relay tells: its key. Its port stands among its ports.
const KEY: &str = "wireguard key";

/// Reflectors of one relay that are asked: each costs a question every few seconds, wherever it says that it is.
const REFLECTORS: usize = 4;

/// The file with its private key.
const FILE: &str = "key";

/// A relay for an agent to start.
#[derive(Debug, Clone, Copy)]
struct RelayService;

struct Running {
    engine: Engine,
    reflector: Option<Mutex<Reflector>>,
    ports: Vec<ServicePort>,
    told: BTreeMap<String, ByteBuf>,
}

/// A relay, as parties are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) name: String,
    pub(crate) key: PublicKey,
    pub(crate) places: BTreeSet<SocketAddr>,
    pub(crate) reflectors: Vec<SocketAddr>,
}

/// The service, as an overlay gives it.
pub(crate) fn relay() -> Arc<dyn Service> {
    Arc::new(RelayService)
}

/// The UDP port that was declared, or the usual one.
pub(crate) fn port(declared: &[ServicePort]) -> u16 {
    let mut declared = declared.iter();
    let own =
        declared.find(|port| port.transport == Transport::Udp && !USUAL_PORTS.contains(&port.port));
    own.map_or(USUAL, |port| port.port)
}

impl Told {
    /// Reads a relay's facts.
    pub(crate) fn read(facts: &ServiceFacts) -> Result<Self, WireguardError> {
        let odd = |what| WireguardError::Relay {
            name: facts.name.clone(),
            what,
        };
        let key = facts
            .told
            .get(KEY)
            .and_then(|key| key.as_slice().try_into().ok());
        let key = PublicKey(key.ok_or_else(|| odd(KEY))?);
        let port = port(&facts.ports);
        let places = facts.addresses.iter().map(|at| SocketAddr::new(*at, port));
        let stations = facts.told.get(TOLD).map(|text| {
            let text = std::str::from_utf8(text).ok()?;
            text.parse::<Stations>().ok()
        });
        let stations = match stations {
            None => Stations::default(),
            Some(stations) => stations.ok_or_else(|| odd(TOLD))?,
        };
        Ok(Self {
            name: facts.name.clone(),
            key,
            places: places.collect(),
            reflectors: stations
                .0
                .iter()
                .map(e3_reflector::Station::first)
                .filter(|at| can_be_at(*at))
                .take(REFLECTORS)
                .collect(),
        })
    }

    /// The relay as a peer of a party's data plane.
    pub(crate) fn member(&self) -> Member {
        Member {
            key: self.key,
            role: Role::Relay,
            allowed: Vec::new(),
            places: self.places.clone(),
        }
    }
}

#[async_trait]
impl Service for RelayService {
    fn usual_ports(&self) -> Vec<ServicePort> {
        listed(USUAL, service_ports(USUAL_PORTS))
    }

    async fn start(&self, start: ServiceStart) -> Result<Box<dyn RunningService>, ServiceError> {
        let name = || start.name.clone();
        if start.addresses.is_empty() {
            return Err(ServiceError::NoAddress { name: name() });
        }
        let key = kept(&start.folder).map_err(|source| ServiceError::File {
            name: name(),
            path: start.folder.join(FILE),
            source,
        })?;
        let port = port(&start.ports);
        let socket = Datagrams::bind(port).map_err(|source| ServiceError::Listen {
            name: name(),
            port,
            transport: Transport::Udp,
            source,
        })?;
        let public = key.public();
        let engine = Engine::start(Parts {
            key,
            socket,
            tun: None,
            own: Vec::new(),
            reflectors: Vec::new(),
        });
        let engine = engine.map_err(|error| ServiceError::Start {
            name: name(),
            why: error.to_string(),
        })?;
        let reflector = Reflector::start(&start.addresses, USUAL_PORTS).await;
        if let Err(error) = &reflector {
            tracing::warn!(%error, "parties behind NATs cannot find out how they are seen");
        }
        let reflector = reflector.ok();
        let mut told = BTreeMap::from([(KEY.to_owned(), ByteBuf::from(public.0))]);
        let mut others = Vec::new();
        if let Some(reflector) = &reflector {
            let stations = reflector.stations();
            told.insert(TOLD.to_owned(), ByteBuf::from(stations.to_string()));
            others = stations.ports();
        }
        Ok(Box::new(Running {
            engine,
            reflector: reflector.map(Mutex::new),
            ports: listed(port, others),
            told,
        }))
    }
}

fn listed(port: u16, others: Vec<ServicePort>) -> Vec<ServicePort> {
    let own = ServicePort {
        port,
        transport: Transport::Udp,
    };
    [own].into_iter().chain(others).collect()
}

/// The key that is kept in this folder; made now where there is none.
fn kept(folder: &Path) -> io::Result<PrivateKey> {
    let path = folder.join(FILE);
    match fs::read(&path) {
        Ok(bytes) => {
            let bytes = Zeroizing::new(bytes);
            if let Ok(bytes) = bytes.as_slice().try_into() {
                return Ok(PrivateKey::from_bytes(bytes));
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let key = PrivateKey::generate().map_err(io::Error::other)?;
    private::keep(&path, &*key.to_bytes())?;
    Ok(key)
}

#[async_trait]
impl RunningService for Running {
    fn ports(&self) -> Vec<ServicePort> {
        self.ports.clone()
    }

    fn told(&self) -> BTreeMap<String, ByteBuf> {
        self.told.clone()
    }

    /// What is no key is nobody's: its party's agent has refused the roster.
    async fn admit(&self, keys: &[ByteBuf]) {
        let keys = keys.iter().filter_map(|key| introduced(key));
        let guests = keys.map(|(key, _)| Member {
            key,
            role: Role::Guest,
            allowed: Vec::new(),
            places: BTreeSet::new(),
        });
        self.engine.set_members(guests.collect());
        // Orders are obeyed one after another: when this is answered, that was.
        let _known = self.engine.look().await;
    }

    async fn health(&self) -> Health {
        let down = |what: &str| Health::Down {
            reason: format!("the {what} has ended by itself"),
        };
        if !self.engine.is_well() {
            return down("relay");
        }
        match &self.reflector {
            Some(reflector) if !reflector.lock().await.is_well() => down("reflector"),
            Some(_) | None => Health::Up,
        }
    }

    async fn stop(self: Box<Self>) {
        if let Some(reflector) = self.reflector {
            reflector.into_inner().stop().await;
        }
        drop(self.engine);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_has_the_same_key_when_it_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let [first, again] = [(); 2].map(|()| kept(folder.path()).unwrap().public());
        assert_eq!(first, again);
    }

    #[test]
    fn what_a_relay_tells_is_read_or_refused() {
        let mut facts = ServiceFacts {
            name: "relay".to_owned(),
            kind: "relay".to_owned(),
            host: "hub".to_owned(),
            addresses: vec!["192.0.2.1".parse().unwrap()],
            ports: listed(4000, service_ports(USUAL_PORTS)),
            told: BTreeMap::from([
                (KEY.to_owned(), ByteBuf::from([5; 32])),
                (TOLD.to_owned(), ByteBuf::from(b"192.0.2.1:3478,3479")),
            ]),
        };
        let told = Told::read(&facts).unwrap();
        assert_eq!(told.key, PublicKey([5; 32]));
        assert_eq!(told.places, ["192.0.2.1:4000".parse().unwrap()].into());
        assert_eq!(told.reflectors, ["192.0.2.1:3478".parse().unwrap()]);
        facts
            .told
            .insert(TOLD.to_owned(), ByteBuf::from(b"nowhere"));
        assert!(Told::read(&facts).is_err());
        // Nobody is sent just anywhere, nor to many.
        let many: Vec<String> = (1..100)
            .map(|last| format!("192.0.2.{last}:3478,3479"))
            .collect();
        let many = format!("127.0.0.1:3478,3479 224.0.0.1:3478,3479 {}", many.join(" "));
        facts
            .told
            .insert(TOLD.to_owned(), ByteBuf::from(many.into_bytes()));
        let asked = Told::read(&facts).unwrap().reflectors;
        assert_eq!(asked.len(), REFLECTORS);
        assert!(asked.iter().all(|at| can_be_at(*at)), "{asked:?}");
        facts.told.clear();
        assert!(Told::read(&facts).is_err());
    }
}
