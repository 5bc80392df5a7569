//! *examine*: how this host is attached to the network.

use std::net::SocketAddr;

use e3_reflector::{Known, Pace, Stations, TOLD, clock::Timestamp, connect_time, examine};
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

/// How services are reached over TCP, one after another; the ports of reflectors, which are asked more, left out.
async fn reach_all(services: &[ServiceFacts], reflectors: &[Known]) -> Vec<ServiceReach> {
    let mut reached = Vec::new();
    for service in services {
        for (address, port) in service.addresses.iter().flat_map(|address| {
            let tcp = service.ports.iter();
            let tcp = tcp.filter(|port| port.transport == Transport::Tcp);
            tcp.map(move |port| (*address, port.port))
        }) {
            let endpoint = SocketAddr::new(address, port);
            let stations = reflectors.iter().flat_map(|known| &known.stations.0);
            if stations.clone().all(|station| station.first() != endpoint) {
                reached.push(connect_time(&service.name, endpoint).await);
            }
        }
    }
    reached
}
