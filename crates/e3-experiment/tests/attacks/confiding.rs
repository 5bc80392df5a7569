//! An overlay that confides in its relay: `direct`, but what parties say goes by the relay, which reads it.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use e3_overlay::{
    Joining, Overlay, RunningService, Service, ServiceError, ServiceStart, testing::Twisted,
};
use e3_session::types::{Health, ServicePort, Transport};
use serde_bytes::ByteBuf;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use crate::forwarding::{Carried, Carrier, Forwarding};

pub(crate) const NAME: &str = "confiding";

/// Of the relay, and of those that it carries to.
const PORT: u16 = 4430;
const CARRIED: u16 = 4429;

pub(crate) fn overlay() -> Arc<dyn Overlay> {
    let twisted = Twisted::new(NAME, || {
        Forwarding::new(NAME, Arc::new(Confiding::default()))
    });
    Arc::new(twisted.with_relay(Arc::new(Relay)))
}

/// Knows where the relay is.
#[derive(Default)]
struct Confiding(OnceLock<IpAddr>);

#[async_trait]
impl Carrier for Confiding {
    fn joins(&self, joining: &Joining) {
        let _ = self.0.set(joining.services[0].addresses[0]);
    }

    async fn dial(&self, to: IpAddr, _: &[u8]) -> io::Result<Carried> {
        let IpAddr::V4(to) = to else {
            panic!("hosts of the lab have IPv4");
        };
        let mut far = TcpStream::connect((*self.0.get().unwrap(), PORT)).await?;
        far.write_u32(to.to_bits()).await?;
        Ok(Box::new(far))
    }

    async fn listen(&self, came: mpsc::Sender<Carried>) -> io::Result<()> {
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, CARRIED)).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            let _ = came.send(Box::new(stream)).await;
        }
    }
}

/// Carries connections on to where their first four bytes say.
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
    let mut far = TcpStream::connect((address, CARRIED)).await?;
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
