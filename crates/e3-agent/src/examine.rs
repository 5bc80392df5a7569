//! *examine*: how this host is attached to the network.

use std::net::SocketAddr;

use e3_reflector::{Known, Pace, Station, Stations, TOLD, clock::Timestamp, connect_time, examine};
use e3_session::{
    message::Reply,
    types::{NetworkReport, ServiceFacts, ServiceReach, Transport},
};

use crate::agent::{Agent, Event};

impl Agent {
    /// Asks the reflectors among the services of this session, and tries the others over TCP.
    pub(crate) fn examine(&mut self, id: u32, asked: u64) {
        let received = Timestamp::here().0;
        let settings = self.machine.knowledge().settings();
        let services = settings.map_or_else(Vec::new, |settings| settings.services.clone());
        self.until_the_end(async move {
            let report = find_out(&services).await;
            let reply = Reply::Examined {
                report,
                asked,
                received,
                answered: Timestamp::here().0,
            };
            Event::Answer(id, Box::new(reply))
        });
    }
}

async fn find_out(services: &[ServiceFacts]) -> NetworkReport {
    let reflectors: Vec<Known> = services.iter().filter_map(reflector).collect();
    let (mut report, others) = tokio::join!(
        examine(&reflectors, Pace::default()),
        reach_all(services, &reflectors)
    );
    report.services.extend(others);
    report
}

/// The reflector that a service tells of; none where it tells of none, or nothing that can be understood.
fn reflector(service: &ServiceFacts) -> Option<Known> {
    let told = std::str::from_utf8(service.told.get(TOLD)?).ok()?;
    match told.parse::<Stations>() {
        Ok(stations) => Some(Known {
            service: service.name.clone(),
            stations,
        }),
        Err(error) => {
            tracing::warn!(service = service.name, %error, "its reflector cannot be asked");
            None
        }
    }
}

/// How services are reached over TCP, one after another.
async fn reach_all(services: &[ServiceFacts], reflectors: &[Known]) -> Vec<ServiceReach> {
    let mut reached = Vec::new();
    for (name, endpoint) in endpoints(services, reflectors) {
        reached.push(connect_time(&name, endpoint).await);
    }
    reached
}

/// Where services listen over TCP; the ports of reflectors, which are asked more, left out.
fn endpoints(services: &[ServiceFacts], reflectors: &[Known]) -> Vec<(String, SocketAddr)> {
    let mut endpoints = Vec::new();
    for service in services {
        for port in &service.ports {
            let each = service.addresses.iter();
            let each = each.map(|address| SocketAddr::new(*address, port.port));
            if port.transport == Transport::Tcp {
                endpoints.extend(each.map(|endpoint| (service.name.clone(), endpoint)));
            }
        }
    }
    let stations = reflectors.iter().flat_map(|known| &known.stations.0);
    let asked: Vec<SocketAddr> = stations.map(Station::first).collect();
    endpoints.retain(|(_, endpoint)| !asked.contains(endpoint));
    endpoints
}
