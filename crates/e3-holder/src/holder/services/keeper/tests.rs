use std::{collections::BTreeMap, process::Stdio};

use e3_host::Started;
use e3_identity::{Endorsement, Introduction, PartyKeys, Validity};
use e3_session::{
    frame::{Decoder, encode},
    message::{PROTOCOL, ToAgent, ToController},
    types::{HostFacts, Options, Roster, RosterEntry, ServiceFacts, ServiceHealth, SessionId},
};
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
    process::Command,
    sync::mpsc,
};

use super::*;

/// What the one party's introduction tells of the overlay.
const KEY: &str = "of a party";

/// What the service tells when it starts first; it has to be told so again.
const TOLD: &str = "certificate";

fn serve() -> Serve {
    Serve {
        overlay: "quic".to_owned(),
        options: Options::default(),
        service: ServiceFacts {
            name: "relay".to_owned(),
            kind: "relay".to_owned(),
            host: "hub".to_owned(),
            addresses: Vec::new(),
            ports: Vec::new(),
            told: BTreeMap::new(),
        },
    }
}

/// An agent whose service ends by itself twice, and the second time cannot be started at once. Tells what it was asked to
/// serve, and after how many starts it heard whom its services are for.
async fn agent(
    (mut from, mut to): (DuplexStream, DuplexStream),
    asked: mpsc::UnboundedSender<Serve>,
    told: mpsc::UnboundedSender<usize>,
) {
    let mut decoder = Decoder::<ToAgent>::new();
    let mut starts = 0;
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        decoder.push(&buffer[..read]);
        for message in decoder.by_ref() {
            let ToAgent { id, request } = message.unwrap();
            let reply = match request {
                Request::Hello { .. } => Reply::Greeting {
                    protocol: PROTOCOL,
                    facts: facts(),
                },
                Request::Serve(mut serve) => {
                    starts += 1;
                    asked.send(serve.clone()).unwrap();
                    serve
                        .service
                        .told
                        .insert(TOLD.to_owned(), ByteBuf::from("x"));
                    Reply::Serving {
                        service: serve.service,
                    }
                }
                Request::Health => {
                    let health = ServiceHealth {
                        name: "relay".to_owned(),
                        health: Health::Down {
                            reason: "it has ended".to_owned(),
                        },
                    };
                    Reply::Health(match starts {
                        1 => vec![health],
                        // Without what was ended for the one that would not start.
                        2 => Vec::new(),
                        _ => vec![ServiceHealth {
                            health: Health::Up,
                            ..health
                        }],
                    })
                }
                Request::Members { keys } => {
                    assert_eq!(keys, [ByteBuf::from(KEY)]);
                    told.send(starts).unwrap();
                    Reply::Stored
                }
                other => panic!("{other:?}"),
            };
            let reply = encode(&ToController { re: id, reply }).unwrap();
            to.write_all(&reply).await.unwrap();
        }
    }
}

fn roster() -> Roster {
    let overlays = BTreeMap::from([("quic".to_owned(), ByteBuf::from(KEY))]);
    let keys = PartyKeys::generate().unwrap();
    let validity = Validity::starting(0, 60);
    Roster {
        session: SessionId([1; 16]),
        epoch: 1,
        network: Vec::new(),
        parties: vec![RosterEntry {
            name: "zurich".to_owned(),
            addresses: Vec::new(),
            introduction: Introduction::new(&keys, [1; 16], "zurich", validity, overlays),
            endorsement: Endorsement::Pinned,
        }],
    }
}

fn facts() -> HostFacts {
    HostFacts {
        agent_version: String::new(),
        pid: 1,
        hostname: String::new(),
        platform: String::new(),
        processors: 1,
        addresses: Vec::new(),
        routes: Vec::new(),
        abilities: BTreeMap::new(),
    }
}

#[tokio::test]
async fn what_ends_in_a_living_agent_is_started_again_as_it_was() {
    let (asks, mut asked) = mpsc::unbounded_channel();
    let (tells, mut told) = mpsc::unbounded_channel();
    let (to, from) = duplex(1 << 16);
    let (its, ours) = duplex(1 << 16);
    tokio::spawn(agent((from, its), asks, tells));
    let mut stands = Command::new("cat");
    stands.stdin(Stdio::piped()).stdout(Stdio::null());
    let started = Started {
        input: Box::new(to),
        output: Box::new(ours),
        child: stands.kill_on_drop(true).spawn().unwrap(),
    };
    let (unasked, _nothing) = mpsc::unbounded_channel();
    let link = Link::open("hub", started, unasked);
    let hello = Request::Hello {
        protocol: PROTOCOL,
        session: SessionId([1; 16]),
        name: "hub".to_owned(),
        folder: "/".to_owned(),
    };
    link.ask("hello", hello, QUICK).await.unwrap();
    let mut host = OneHost {
        name: "hub".to_owned(),
        party: None,
        serve: vec![serve()],
        members: Members::default(),
        untold: false,
    };
    host.serve(&link).await.unwrap();
    assert!(asked.recv().await.unwrap().service.told.is_empty());
    assert!(told.try_recv().is_err(), "there is no roster yet");
    let members = host.members.clone();
    members
        .change("quic", &roster(), std::slice::from_ref(&link))
        .await
        .unwrap();
    assert_eq!(told.try_recv(), Ok(1));
    tokio::spawn(async move { host.watch(&link, Duration::from_millis(10)).await });
    for _ in 0..2 {
        let again = timeout(QUICK, asked.recv()).await;
        let again = again.expect("it was not started again").unwrap();
        assert!(again.service.told.contains_key(TOLD), "{again:?}");
    }
    for starts in 2..=3 {
        let heard = timeout(QUICK, told.recv()).await;
        assert_eq!(
            heard.expect("whom it is for was not told again"),
            Some(starts)
        );
    }
    sleep(Duration::from_millis(200)).await;
    assert!(asked.try_recv().is_err(), "what is up is left alone");
}
