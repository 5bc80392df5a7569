//! The relay as a service of an environment.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use e3_overlay::{RunningService, Service, ServiceError, ServiceStart};
use e3_session::types::{Health, ServicePort, Transport};
use serde_bytes::ByteBuf;
use tokio::sync::Mutex;

use crate::relay::{Relay, RelayPorts};

/// A relay for an agent to start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RelayService;

struct Running {
    relay: Mutex<Relay>,
    ports: RelayPorts,
    told: BTreeMap<String, ByteBuf>,
}

/// The service, as an overlay gives it.
pub(crate) fn relay() -> Arc<dyn Service> {
    Arc::new(RelayService)
}

fn listed(ports: RelayPorts) -> Vec<ServicePort> {
    let port = |port, transport| ServicePort { port, transport };
    vec![
        port(ports.tcp, Transport::Tcp),
        port(ports.udp, Transport::Udp),
    ]
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
        listed(RelayPorts::default())
    }

    async fn start(&self, start: ServiceStart) -> Result<Box<dyn RunningService>, ServiceError> {
        let name = || start.name.clone();
        if start.addresses.is_empty() {
            return Err(ServiceError::NoAddress { name: name() });
        }
        let relay = Relay::start(&start.folder, chosen(&start.ports)).await;
        let relay = relay.map_err(|error| ServiceError::Start {
            name: name(),
            why: error.to_string(),
        })?;
        Ok(Box::new(Running {
            ports: relay.ports(),
            told: relay.told(),
            relay: Mutex::new(relay),
        }))
    }
}

#[async_trait]
impl RunningService for Running {
    fn ports(&self) -> Vec<ServicePort> {
        listed(self.ports)
    }

    fn told(&self) -> BTreeMap<String, ByteBuf> {
        self.told.clone()
    }

    async fn health(&self) -> Health {
        match self.relay.lock().await.is_up() {
            true => Health::Up,
            false => Health::Down {
                reason: "the relay has ended by itself".to_owned(),
            },
        }
    }

    async fn stop(self: Box<Self>) {
        self.relay.into_inner().stop().await;
    }
}
