//! The services of an environment: what is told of them before anybody introduces itself.

mod keeper;
mod members;
mod running;

pub(crate) use running::{Running, Settings};

use std::{collections::BTreeMap, net::IpAddr};

use e3_host::Provider;
use e3_session::types::{Health, ServiceFacts, ServicePort, Transport};
use e3_spec::Environment;

use crate::wire::ServiceStatus;

/// The facts of every service on hosts that are there, in the order of the environment.
pub(crate) fn of_hosts(environment: &Environment, provider: &dyn Provider) -> Vec<ServiceFacts> {
    let hosts = provider.hosts();
    facts(environment, |name| {
        let host = hosts.iter().find(|host| host.name() == name);
        host.map(|host| host.place().addresses.clone())
            .unwrap_or_default()
    })
}

/// The facts of every service, in the order of the environment; `addresses` are those of a host.
pub(crate) fn facts(
    environment: &Environment,
    addresses: impl Fn(&str) -> Vec<IpAddr>,
) -> Vec<ServiceFacts> {
    let services = environment.services.iter();
    services
        .map(|service| ServiceFacts {
            name: service.name.to_string(),
            kind: service.kind.to_string(),
            host: service.host.to_string(),
            addresses: addresses(service.host.as_str()),
            ports: service.ports.iter().copied().map(port).collect(),
            told: BTreeMap::new(),
        })
        .collect()
}

fn port(declared: e3_spec::ServicePort) -> ServicePort {
    ServicePort {
        port: declared.port.get(),
        transport: match declared.transport {
            e3_spec::Transport::Tcp => Transport::Tcp,
            e3_spec::Transport::Udp => Transport::Udp,
        },
    }
}

/// How services are shown.
pub(crate) fn statuses(
    environment: &Environment,
    facts: &[ServiceFacts],
    mut health: BTreeMap<String, Health>,
) -> Vec<ServiceStatus> {
    let status = |(service, facts): (&e3_spec::Service, &ServiceFacts)| {
        let mut own = environment.service_hosts.iter();
        let own = own.find(|host| host.name == service.host);
        let party = || environment.host(&service.host).map(|host| &host.region);
        let region = own.map(|host| &host.region).or_else(party);
        ServiceStatus {
            name: facts.name.clone(),
            kind: facts.kind.clone(),
            host: facts.host.clone(),
            party: own.is_none(),
            region: region.map(ToString::to_string).unwrap_or_default(),
            addresses: facts.addresses.iter().map(ToString::to_string).collect(),
            ports: facts.ports.iter().map(ToString::to_string).collect(),
            health: health.remove(&facts.name),
        }
    };
    environment.services.iter().zip(facts).map(status).collect()
}
