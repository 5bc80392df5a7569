//! A relay to which everybody speaks over TLS, and which reads all that it carries: what an overlay is that encrypts to its
//! relay and not between its parties.

use std::{collections::BTreeMap, io, net::Ipv6Addr, sync::Arc, time::Duration};

use async_trait::async_trait;
use e3_conformance::Tap;
use e3_overlay::{RunningService, Service, ServiceError, ServiceStart};
use e3_session::types::{DialTable, Health, PartyIndex, ServiceFacts, ServicePort, Transport};
use rcgen::{CertificateParams, KeyPair};
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, copy_bidirectional, duplex},
    net::{TcpListener, TcpStream},
    sync::{Mutex, mpsc},
    task::JoinSet,
    time::sleep,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{ClientConfig, RootCertStore, pki_types::ServerName},
};

const PORT: u16 = 4430;
const NAME: &str = "gossip.invalid";
const CERTIFICATE: &str = "certificate";

/// The first byte of who waits to be called, and of who calls; a party's index follows.
const WAITS: u8 = 0;
const CALLS: u8 = 1;

/// After this long it is looked again whether the one that is called waits.
const AGAIN: Duration = Duration::from_millis(10);

/// The relay, which says what it hears.
pub(crate) struct Gossip;

struct Running(Vec<u8>);

fn ports() -> Vec<ServicePort> {
    let transport = Transport::Tcp;
    vec![ServicePort {
        port: PORT,
        transport,
    }]
}

#[async_trait]
impl Service for Gossip {
    fn usual_ports(&self) -> Vec<ServicePort> {
        ports()
    }

    async fn start(&self, start: ServiceStart) -> Result<Box<dyn RunningService>, ServiceError> {
        let pair = KeyPair::generate().unwrap();
        let its = CertificateParams::new([NAME.to_owned()]).unwrap();
        let certificate = its.self_signed(&pair).unwrap().der().to_vec();
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, PORT))
            .await
            .unwrap();
        let key = pair.serialize_der();
        let tap = Tap::new(listener, (&key, &certificate), &start.folder).unwrap();
        let waiting = Arc::new(Mutex::new(BTreeMap::new()));
        tokio::spawn(tap.carry(move || {
            let (near, far) = duplex(64 * 1024);
            tokio::spawn(meet(far, Arc::clone(&waiting)));
            async { Ok(near) }
        }));
        Ok(Box::new(Running(certificate)))
    }
}

type Waiting = Arc<Mutex<BTreeMap<u8, mpsc::UnboundedSender<DuplexStream>>>>;

/// Brings who calls to who waits.
async fn meet(mut one: DuplexStream, waiting: Waiting) -> io::Result<()> {
    let (what, party) = (one.read_u8().await?, one.read_u8().await?);
    if what == WAITS {
        let (tell, mut calls) = mpsc::unbounded_channel();
        waiting.lock().await.insert(party, tell);
        if let Some(mut caller) = calls.recv().await {
            // So that who waits knows that there is somebody.
            one.write_u8(CALLS).await?;
            copy_bidirectional(&mut one, &mut caller).await?;
        }
        return Ok(());
    }
    // Who is called may be on its way still.
    loop {
        if let Some(callee) = waiting.lock().await.remove(&party) {
            let _gone = callee.send(one);
            return Ok(());
        }
        sleep(AGAIN).await;
    }
}

#[async_trait]
impl RunningService for Running {
    fn ports(&self) -> Vec<ServicePort> {
        ports()
    }

    fn told(&self) -> BTreeMap<String, ByteBuf> {
        BTreeMap::from([(CERTIFICATE.to_owned(), self.0.clone().into())])
    }

    async fn health(&self) -> Health {
        Health::Up
    }

    async fn stop(self: Box<Self>) {}
}

/// A party that speaks through the relay.
pub(crate) struct Gossiping {
    pub(crate) table: DialTable,
    _carrying: JoinSet<io::Result<()>>,
}

impl Gossiping {
    /// Listens for the program here in each peer's place, and waits at the relay for calls to it.
    pub(crate) async fn start(mut table: DialTable, relay: &ServiceFacts) -> Self {
        let relay = Arc::new(Relay::new(relay));
        let mut carrying = JoinSet::new();
        for reach in &mut table.parties {
            if reach.party == table.me {
                let program = reach.port;
                carrying.spawn(wait(Arc::clone(&relay), table.me, program));
                continue;
            }
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let at = listener.local_addr().unwrap();
            (reach.address, reach.port) = (at.ip(), at.port());
            carrying.spawn(call(Arc::clone(&relay), reach.party, listener));
        }
        Self {
            table,
            _carrying: carrying,
        }
    }
}

async fn wait(relay: Arc<Relay>, me: PartyIndex, program: u16) -> io::Result<()> {
    loop {
        let mut far = relay.greet(WAITS, me).await?;
        far.read_u8().await?;
        tokio::spawn(async move {
            let mut near = TcpStream::connect(("127.0.0.1", program)).await?;
            copy_bidirectional(&mut near, &mut far).await
        });
    }
}

async fn call(relay: Arc<Relay>, to: PartyIndex, listener: TcpListener) -> io::Result<()> {
    loop {
        let (mut near, _) = listener.accept().await?;
        let relay = Arc::clone(&relay);
        tokio::spawn(async move {
            let mut far = relay.greet(CALLS, to).await?;
            copy_bidirectional(&mut near, &mut far).await
        });
    }
}

struct Relay {
    at: std::net::SocketAddr,
    connector: TlsConnector,
}

impl Relay {
    fn new(facts: &ServiceFacts) -> Self {
        let mut roots = RootCertStore::empty();
        let certificate = facts.told[CERTIFICATE].to_vec();
        roots.add(certificate.into()).unwrap();
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            at: (facts.addresses[0], PORT).into(),
            connector: TlsConnector::from(Arc::new(config)),
        }
    }

    async fn greet(&self, what: u8, party: PartyIndex) -> io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.at).await?;
        let name = ServerName::try_from(NAME).unwrap();
        let mut stream = self.connector.connect(name, stream).await?;
        let party = u8::try_from(party.0).unwrap();
        stream.write_all(&[what, party]).await?;
        stream.flush().await?;
        Ok(stream)
    }
}
