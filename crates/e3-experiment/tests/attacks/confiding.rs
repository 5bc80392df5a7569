//! An overlay that confides in its relay: `direct`, but what parties say goes by the relay, which reads it.

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4},
    sync::Arc,
};

use async_trait::async_trait;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, Overlay, OverlayError, Properties,
    Registry, RunningService, Scene, Service, ServiceError, ServiceKind, ServiceStart,
};
use e3_session::types::{
    Contact, DialTable, Health, LinkReport, Options, PartyIndex, Roster, ServicePort, Transport,
};
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

const PORT: u16 = 4430;

pub(crate) struct Confiding(Arc<dyn Overlay>);

impl Default for Confiding {
    fn default() -> Self {
        Self(Registry::builtin().make("direct").unwrap())
    }
}

/// Carries connections on to where their first six bytes say.
struct Relay;

fn ports() -> Vec<ServicePort> {
    vec![ServicePort {
        port: PORT,
        transport: Transport::Tcp,
    }]
}

#[async_trait]
impl Service for Relay {
    fn usual_ports(&self) -> Vec<ServicePort> {
        ports()
    }

    async fn start(&self, _: ServiceStart) -> Result<Box<dyn RunningService>, ServiceError> {
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, PORT)).await;
        let listener = listener.unwrap();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(relay(near));
            }
        });
        Ok(Box::new(Relay))
    }
}

async fn relay(mut near: TcpStream) -> io::Result<()> {
    let address = Ipv4Addr::from(near.read_u32().await?);
    let port = near.read_u16().await?;
    let mut far = TcpStream::connect((address, port)).await?;
    copy_bidirectional(&mut near, &mut far).await?;
    Ok(())
}

#[async_trait]
impl RunningService for Relay {
    fn ports(&self) -> Vec<ServicePort> {
        ports()
    }

    fn told(&self) -> BTreeMap<String, ByteBuf> {
        BTreeMap::new()
    }

    async fn health(&self) -> Health {
        Health::Up
    }

    async fn stop(self: Box<Self>) {}
}

#[async_trait]
impl Overlay for Confiding {
    fn name(&self) -> &'static str {
        "confiding"
    }

    fn summary(&self) -> &'static str {
        "direct, by a relay"
    }

    fn properties(&self) -> Properties {
        self.0.properties()
    }

    fn needs(&self) -> &'static [Need] {
        &[]
    }

    fn addressing(&self) -> Addressing {
        self.0.addressing()
    }

    fn services(&self) -> &'static [ServiceKind] {
        &[ServiceKind::Relay]
    }

    fn service(&self, _: ServiceKind) -> Option<Arc<dyn Service>> {
        Some(Arc::new(Relay))
    }

    fn mode(&self, _: &Options) -> String {
        "confiding".to_owned()
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        self.0.flows(scene)
    }

    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        self.0.introduce(who).await
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let relay = (joining.services[0].addresses[0], PORT).into();
        let direct = self.0.join(joining).await?;
        let mut table = direct.dial_table();
        let mut forwards = JoinSet::new();
        for reach in &mut table.parties {
            if let (SocketAddr::V4(to), true) = (reach.socket(), reach.party != table.me) {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                let at = listener.local_addr().unwrap();
                (reach.address, reach.port) = (at.ip(), at.port());
                forwards.spawn(forward(listener, relay, to));
            }
        }
        Ok(Box::new(Confided {
            direct,
            table,
            _forwards: forwards,
        }))
    }
}

async fn forward(listener: TcpListener, relay: SocketAddr, to: SocketAddrV4) {
    while let Ok((mut near, _)) = listener.accept().await {
        tokio::spawn(async move {
            let mut far = TcpStream::connect(relay).await?;
            far.write_u32(to.ip().to_bits()).await?;
            far.write_u16(to.port()).await?;
            copy_bidirectional(&mut near, &mut far).await
        });
    }
}

struct Confided {
    direct: Box<dyn Joined>,
    table: DialTable,
    _forwards: JoinSet<()>,
}

#[async_trait]
impl Joined for Confided {
    fn dial_table(&self) -> DialTable {
        self.table.clone()
    }

    async fn links(&self) -> Vec<LinkReport> {
        self.direct.links().await
    }

    async fn ping(&self, peer: PartyIndex) -> Result<LinkReport, OverlayError> {
        self.direct.ping(peer).await
    }

    async fn change(&mut self, roster: &Roster, contacts: &[Contact]) -> Result<(), OverlayError> {
        self.direct.change(roster, contacts).await
    }

    async fn leave(self: Box<Self>) -> Result<(), OverlayError> {
        self.direct.leave().await
    }
}
