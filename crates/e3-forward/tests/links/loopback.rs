//! Programs on 127.0.0.1, and agents that carry between them over carriers in memory.

#![allow(clippy::unwrap_used)] // helpers of tests

use std::{
    io,
    net::Ipv4Addr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use e3_forward::{
    Carrier, CarrierFacts, ForwardSettings, Forwarder, LinkState, PeerKey, Programs,
    place::{Accepted, Call, Family},
};
use e3_session::types::{PartyIndex, Path};
use tokio::{
    io::{DuplexStream, copy_bidirectional, duplex},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};

/// The party on the left of every test, and the one on the right.
pub(crate) const LEFT: PartyIndex = PartyIndex(0);
pub(crate) const RIGHT: PartyIndex = PartyIndex(1);

/// The key that a party has in these tests.
pub(crate) fn key(of: PartyIndex) -> PeerKey {
    PeerKey([u8::try_from(of.0).unwrap(); 32])
}

/// How long anything may take here.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A program whose every connection is meant for one port of one peer, and which listens on 127.0.0.1 itself.
pub(crate) struct Loopback {
    listener: TcpListener,
    peer: PartyIndex,
    port: Mutex<u16>,
    /// What came for the program here.
    pub(crate) calls: Mutex<Vec<Call>>,
    /// Whether others listen there, too.
    pub(crate) shared: AtomicBool,
}

#[async_trait]
impl Programs for Loopback {
    async fn accept(&self) -> io::Result<Accepted> {
        let (stream, from) = self.listener.accept().await?;
        Ok(Accepted {
            to: self.peer,
            port: *self.port.lock().unwrap(),
            from_port: from.port(),
            family: Family::V4,
            stream,
        })
    }

    async fn dial(&self, call: Call) -> io::Result<TcpStream> {
        self.calls.lock().unwrap().push(call);
        TcpStream::connect((Ipv4Addr::LOCALHOST, call.port)).await
    }

    fn only_within_runs(&self) -> bool {
        self.shared.load(Ordering::Relaxed)
    }
}

/// One party: its agent's forwarder and its program's side.
pub(crate) struct Agent {
    pub(crate) forwarder: Forwarder,
    pub(crate) programs: Arc<Loopback>,
}

/// Two parties without a carrier.
pub(crate) struct Pair {
    pub(crate) left: Agent,
    pub(crate) right: Agent,
}

impl Pair {
    pub(crate) async fn new(adjust: impl Fn(&mut ForwardSettings)) -> Self {
        let mut settings = ForwardSettings::new([3; 32]);
        settings.ping = Duration::from_millis(200);
        adjust(&mut settings);
        let agent = async |me: PartyIndex, peer: PartyIndex| {
            let programs = Arc::new(Loopback {
                listener: TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap(),
                peer,
                port: Mutex::new(0),
                calls: Mutex::default(),
                shared: AtomicBool::new(false),
            });
            let forwarder = Forwarder::start(programs.clone(), me, settings.clone());
            forwarder.add_peer(key(peer), peer, me == LEFT);
            Agent {
                forwarder,
                programs,
            }
        };
        Self {
            left: agent(LEFT, RIGHT).await,
            right: agent(RIGHT, LEFT).await,
        }
    }

    /// Gives both a carrier, and waits until both go over it.
    pub(crate) async fn join(&self) -> Cable {
        let cable = self.connect(1);
        self.attached().await;
        cable
    }

    /// Gives both a carrier.
    pub(crate) fn connect(&self, rank: u8) -> Cable {
        let (left, mut left_end) = duplex(64 * 1024);
        let (right, mut right_end) = duplex(64 * 1024);
        self.left.forwarder.attach(carrier(RIGHT, left, rank));
        self.right.forwarder.attach(carrier(LEFT, right, rank));
        let copying = tokio::spawn(async move {
            // It ends as one of its ends does.
            _ = copy_bidirectional(&mut left_end, &mut right_end).await;
        });
        Cable(copying)
    }

    pub(crate) async fn attached(&self) {
        self.left
            .wait(RIGHT, |state| matches!(state, LinkState::Attached { .. }))
            .await;
        self.right
            .wait(LEFT, |state| matches!(state, LinkState::Attached { .. }))
            .await;
    }

    /// A program on the left connects to a listener on the right.
    pub(crate) async fn call(&self) -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let near = self.left.call(listener.local_addr().unwrap().port()).await;
        let far = timeout(PATIENCE, listener.accept())
            .await
            .unwrap()
            .unwrap()
            .0;
        (near, far)
    }
}

impl Agent {
    /// The program here connects to this port of the peer's.
    pub(crate) async fn call(&self, port: u16) -> TcpStream {
        *self.programs.port.lock().unwrap() = port;
        TcpStream::connect(self.programs.listener.local_addr().unwrap())
            .await
            .unwrap()
    }

    pub(crate) async fn wait(
        &self,
        peer: PartyIndex,
        until: impl FnMut(&LinkState) -> bool,
    ) -> LinkState {
        let mut states = self.forwarder.watch(key(peer)).unwrap();
        timeout(PATIENCE, states.wait_for(until))
            .await
            .unwrap()
            .unwrap()
            .clone()
    }
}

/// A carrier that can be cut.
pub(crate) struct Cable(JoinHandle<()>);

impl Cable {
    pub(crate) fn cut(self) {
        self.0.abort();
    }
}

pub(crate) fn carrier(to: PartyIndex, stream: DuplexStream, rank: u8) -> Carrier {
    let facts = CarrierFacts {
        transport: "memory".to_owned(),
        path: Path::Direct {
            address: format!("memory {rank}"),
        },
        rank,
    };
    Carrier::new(key(to), stream, facts)
}
