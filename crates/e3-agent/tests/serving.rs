//! Services on an agent's host: started when asked, told as they are, ended with the conversation.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail as tests do"
)]

mod common;

use std::{
    collections::BTreeMap,
    fs,
    net::{IpAddr, Ipv4Addr},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use common::{
    twisted::{TWISTED, with_relay},
    *,
};
use e3_overlay::{RunningService, Service, ServiceError, ServiceStart};
use e3_session::{
    message::{PROTOCOL, Reply, Request, Serve},
    types::{Health, Options, ServiceFacts, ServiceHealth, ServicePort, Transport},
};
use serde_bytes::ByteBuf;

/// What services have done, in order.
type Deeds = Arc<Mutex<Vec<String>>>;

#[tokio::test]
async fn a_service_is_started_told_and_ended() {
    let deeds = Deeds::default();
    let mut agent = on_a_host(&deeds).await;
    let served = serve(&mut agent, facts("lamp", "relay")).await;
    assert_eq!(served.host, "hub");
    assert_eq!(served.ports, [PORT_OF_IT]);
    assert_eq!(served.told["times"], ByteBuf::from("1"));
    let folder = agent.folder.join("services/lamp");
    let mode = fs::metadata(&folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "its keys are nobody else's");
    assert_eq!(health(&mut agent).await, [("lamp".to_owned(), Health::Up)]);

    // Of the same name, it is the same again, in place of the one before.
    let again = serve(&mut agent, facts("lamp", "relay")).await;
    assert_eq!(again.told["times"], ByteBuf::from("2"));
    assert_eq!(
        *deeds.lock().unwrap(),
        ["start lamp", "stop lamp", "start lamp"]
    );
    serve(&mut agent, facts("other", "relay")).await;
    assert_eq!(health(&mut agent).await.len(), 2);
    agent.leave().await;
    let deeds = deeds.lock().unwrap();
    assert_eq!(deeds[4..], ["stop lamp", "stop other"], "{deeds:?}");
    assert!(!folder.exists(), "what it kept is left");
}

#[tokio::test]
async fn what_has_ended_by_itself_is_told_and_started_in_its_place() {
    let deeds = Deeds::default();
    let mut agent = on_a_host(&deeds).await;
    serve(&mut agent, facts(SHORT, "relay")).await;
    let reason = "it is out of oil".to_owned();
    let down = [(SHORT.to_owned(), Health::Down { reason })];
    assert_eq!(health(&mut agent).await, down);
    serve(&mut agent, facts(SHORT, "relay")).await;
    assert_eq!(
        health(&mut agent).await,
        [(SHORT.to_owned(), Health::Up)],
        "it was filled again"
    );
    agent.leave().await;
    assert_eq!(
        *deeds.lock().unwrap(),
        ["start short", "stop short", "start short", "stop short"]
    );
}

#[tokio::test]
async fn what_cannot_be_served_is_refused_with_its_reason() {
    let deeds = Deeds::default();
    let mut agent = on_a_host(&deeds).await;
    for (name, kind, overlay, said) in [
        ("lamp", "relay", "nothing", "knows no overlay `nothing`"),
        (
            "lamp",
            "mediator",
            TWISTED,
            "has no mediator that an agent could start",
        ),
        (
            "lamp",
            "spoon",
            TWISTED,
            "has no spoon that an agent could start",
        ),
        ("../lamp", "relay", TWISTED, "no plain file name"),
        (
            "broken",
            "relay",
            TWISTED,
            "service broken cannot be started: it is out of oil",
        ),
    ] {
        let request = Request::Serve(Serve {
            overlay: overlay.to_owned(),
            options: Options::default(),
            service: facts(name, kind),
        });
        let why = agent.refuses(request).await;
        assert!(why.contains(said), "{why}");
    }
    assert_eq!(health(&mut agent).await, []);
    assert_eq!(*deeds.lock().unwrap(), Vec::<String>::new());
    agent.leave().await;
}

/// An agent that has said *hello* and is nobody's party.
async fn on_a_host(deeds: &Deeds) -> Party {
    let lamp = Arc::new(Lamp(Arc::clone(deeds)));
    let mut agent = Party::start("hub", with_relay(lamp));
    let hello = Request::Hello {
        protocol: PROTOCOL,
        session: SESSION,
        name: "hub".to_owned(),
        folder: agent.folder.display().to_string(),
    };
    let reply = agent.request(hello).await;
    assert!(matches!(reply, Reply::Greeting { .. }), "{reply:?}");
    agent
}

async fn serve(agent: &mut Party, service: ServiceFacts) -> ServiceFacts {
    let serve = Serve {
        overlay: TWISTED.to_owned(),
        options: Options::default(),
        service,
    };
    match agent.request(Request::Serve(serve)).await {
        Reply::Serving { service } => service,
        reply => panic!("{reply:?}"),
    }
}

async fn health(agent: &mut Party) -> Vec<(String, Health)> {
    match agent.request(Request::Health).await {
        Reply::Health(all) => {
            let all = all.into_iter();
            all.map(|ServiceHealth { name, health }| (name, health))
                .collect()
        }
        reply => panic!("{reply:?}"),
    }
}

fn facts(name: &str, kind: &str) -> ServiceFacts {
    ServiceFacts {
        name: name.to_owned(),
        kind: kind.to_owned(),
        host: "hub".to_owned(),
        addresses: vec![IpAddr::from(Ipv4Addr::LOCALHOST)],
        ports: Vec::new(),
        told: BTreeMap::new(),
    }
}

const PORT_OF_IT: ServicePort = ServicePort {
    port: 9,
    transport: Transport::Tcp,
};

/// The lamp that has ended by itself soon after it was started first.
const SHORT: &str = "short";

/// A relay that counts how often it was started in its folder.
struct Lamp(Deeds);

struct Burning {
    name: String,
    times: usize,
    deeds: Deeds,
}

#[async_trait]
impl Service for Lamp {
    fn usual_ports(&self) -> Vec<ServicePort> {
        vec![PORT_OF_IT]
    }

    async fn start(&self, start: ServiceStart) -> Result<Box<dyn RunningService>, ServiceError> {
        let ServiceStart { name, folder, .. } = start;
        if name == "broken" {
            let why = "it is out of oil".to_owned();
            return Err(ServiceError::Start { name, why });
        }
        let count: PathBuf = folder.join("times");
        let times = fs::read_to_string(&count).map_or(0, |before| before.len()) + 1;
        fs::write(&count, "|".repeat(times)).unwrap();
        self.0.lock().unwrap().push(format!("start {name}"));
        let deeds = Arc::clone(&self.0);
        Ok(Box::new(Burning { name, times, deeds }))
    }
}

#[async_trait]
impl RunningService for Burning {
    fn ports(&self) -> Vec<ServicePort> {
        vec![PORT_OF_IT]
    }

    fn told(&self) -> BTreeMap<String, ByteBuf> {
        BTreeMap::from([("times".to_owned(), ByteBuf::from(self.times.to_string()))])
    }

    async fn health(&self) -> Health {
        if self.name == SHORT && self.times == 1 {
            let reason = "it is out of oil".to_owned();
            return Health::Down { reason };
        }
        Health::Up
    }

    async fn stop(self: Box<Self>) {
        self.deeds
            .lock()
            .unwrap()
            .push(format!("stop {}", self.name));
    }
}
