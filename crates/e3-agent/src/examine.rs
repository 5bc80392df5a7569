//! *examine*: how this host is attached to the network.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use e3_overlay::reachability::is_private;
use e3_reflector::{
    Known, Pace, Reflector, Station, Stations, TOLD, clock::Timestamp, connect_time, examine,
};
use e3_session::{
    message::Reply,
    types::{NetworkReport, ServiceFacts, ServiceReach, Transport},
};

use tokio::time::sleep;

use crate::{
    agent::{Agent, Event},
    hello,
};

/// How long others' questions are answered at most.
const LONGEST: Duration = Duration::from_mins(2);

impl Agent {
    /// Asks the reflectors among the services of this session and those of other parties, and tries other services over
    /// TCP.
    pub(crate) fn examine(&mut self, id: u32, asked: u64, of_parties: &BTreeMap<String, String>) {
        let of_parties = of_parties.iter();
        let of_parties: Vec<Known> = of_parties
            .filter_map(|(name, told)| known(name, told))
            .collect();
        let received = Timestamp::here().0;
        let settings = self.machine.knowledge().settings();
        let services = settings.map_or_else(Vec::new, |settings| settings.services.clone());
        self.until_the_end(async move {
            let report = find_out(&services, of_parties).await;
            let reply = Reply::Examined {
                report,
                asked,
                received,
                answered: Timestamp::here().0,
            };
            Event::Answer(id, Box::new(reply))
        });
    }

    /// Answers others for a while: by then they have asked.
    pub(crate) fn reflect(&mut self, id: u32, for_ms: u64) {
        let time = Duration::from_millis(for_ms).min(LONGEST);
        let answers = self.answers.clone();
        self.until_the_end(async move {
            let mut addresses = hello::addresses();
            addresses.retain(|address| !is_private(*address));
            let started = Reflector::start(&addresses, [0, 0]).await;
            let stations = match &started {
                Ok(reflector) => reflector.stations().to_string(),
                Err(error) => {
                    tracing::warn!(%error, "nobody can be told here how it is seen");
                    String::new()
                }
            };
            if answers
                .send((id, Reply::Reflecting { stations }))
                .await
                .is_ok()
            {
                sleep(time).await;
            }
            Event::Nothing
        });
    }
}

async fn find_out(services: &[ServiceFacts], of_parties: Vec<Known>) -> NetworkReport {
    let mut reflectors: Vec<Known> = services.iter().filter_map(reflector).collect();
    reflectors.extend(of_parties);
    let (mut report, others) = tokio::join!(
        examine(&reflectors, Pace::default()),
        reach_all(services, &reflectors)
    );
    report.services.extend(others);
    report
}

/// The reflector that a service tells of; none where it tells of none.
fn reflector(service: &ServiceFacts) -> Option<Known> {
    let told = std::str::from_utf8(service.told.get(TOLD)?).ok()?;
    known(&service.name, told)
}

/// A reflector that is told of; none where that cannot be understood.
fn known(name: &str, told: &str) -> Option<Known> {
    match told.parse::<Stations>() {
        Ok(stations) => Some(Known {
            service: name.to_owned(),
            stations,
        }),
        Err(error) => {
            tracing::warn!(name, %error, "its reflector cannot be asked");
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
