//! The relay as a service of an environment, with a reflector beside it, by which hosts find out what their NAT does.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use e3_overlay::{RunningService, Service, ServiceError, ServiceStart};
use e3_reflector::{Reflector, TOLD, USUAL_PORTS, service_ports};
use e3_session::types::{Health, ServicePort, Transport};
use serde_bytes::ByteBuf;
use tokio::sync::Mutex;

use crate::{
    key,
    relay::{Callers, Relay, RelayPorts},
};

/// A relay for an agent to start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RelayService;

struct Running {
    relay: Mutex<Relay>,
    /// None where its ports are taken, or the host does not have the addresses by which others know it.
    reflector: Option<Mutex<Reflector>>,
    /// Those of the reflector.
    others: Vec<ServicePort>,
    ports: RelayPorts,
    told: BTreeMap<String, ByteBuf>,
}

/// The service, as an overlay gives it.
pub(crate) fn relay() -> Arc<dyn Service> {
    Arc::new(RelayService)
}

fn listed(ports: RelayPorts, reflector: Vec<ServicePort>) -> Vec<ServicePort> {
    let port = |port, transport| ServicePort { port, transport };
    let relay = [
        port(ports.tcp, Transport::Tcp),
        port(ports.udp, Transport::Udp),
    ];
    relay.into_iter().chain(reflector).collect()
}

/// The ports that were declared, and the usual ones for what was not.
fn chosen(declared: &[ServicePort]) -> RelayPorts {
    let usual = RelayPorts::default();
    let of = |transport| {
        let mut declared = declared.iter();
        declared.find(|port| port.transport == transport)
    };
    let tcp = of(Transport::Tcp).map_or(usual.tcp, |port| port.port);
    RelayPorts {
        tcp,
        // Who moves one moves both, unless it says otherwise.
        udp: of(Transport::Udp).map_or(tcp, |port| port.port),
    }
}

#[async_trait]
impl Service for RelayService {
    fn usual_ports(&self) -> Vec<ServicePort> {
        listed(RelayPorts::default(), service_ports(USUAL_PORTS))
    }

    async fn start(&self, start: ServiceStart) -> Result<Box<dyn RunningService>, ServiceError> {
        let name = || start.name.clone();
        if start.addresses.is_empty() {
            return Err(ServiceError::NoAddress { name: name() });
        }
        let nobody = Callers::With(BTreeSet::new());
        let relay = Relay::start(&start.folder, chosen(&start.ports), nobody).await;
        let relay = relay.map_err(|error| ServiceError::Start {
            name: name(),
            why: error.to_string(),
        })?;
        let reflector = Reflector::start(&start.addresses, USUAL_PORTS).await;
        if let Err(error) = &reflector {
            tracing::warn!(%error, "hosts cannot find out what their NATs do");
        }
        let reflector = reflector.ok();
        let mut told = relay.told();
        if let Some(reflector) = &reflector {
            let stations = reflector.stations().to_string();
            told.insert(TOLD.to_owned(), ByteBuf::from(stations));
        }
        Ok(Box::new(Running {
            ports: relay.ports(),
            told,
            relay: Mutex::new(relay),
            others: reflector
                .as_ref()
                .map(|reflector| reflector.stations().ports())
                .unwrap_or_default(),
            reflector: reflector.map(Mutex::new),
        }))
    }
}

#[async_trait]
impl RunningService for Running {
    fn ports(&self) -> Vec<ServicePort> {
        listed(self.ports, self.others.clone())
    }

    fn told(&self) -> BTreeMap<String, ByteBuf> {
        self.told.clone()
    }

    /// What is no key is nobody's: its party's agent has refused the roster.
    async fn admit(&self, keys: &[ByteBuf]) {
        let keys = keys.iter().filter_map(|key| key::introduced(key));
        let parties = Callers::With(keys.collect());
        self.relay.lock().await.admit(parties).await;
    }

    async fn health(&self) -> Health {
        let down = |what: &str| Health::Down {
            reason: format!("the {what} has ended by itself"),
        };
        if !self.relay.lock().await.is_up() {
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
        self.relay.into_inner().stop().await;
    }
}
