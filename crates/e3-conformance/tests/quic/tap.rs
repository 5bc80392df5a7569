//! A relay with a tap before it, which has the relay's key.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use async_trait::async_trait;
use e3_conformance::Tap;
use e3_overlay::{RunningService, Service, ServiceError, ServiceStart};
use e3_overlay_quic::relay::{Told, keep};
use e3_session::types::{Health, ServicePort, Transport};
use rcgen::{CertificateParams, KeyPair};
use serde_bytes::ByteBuf;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{ClientConfig, RootCertStore, pki_types::ServerName},
};

/// Where parties find the tap.
const AT: u16 = 443;

/// Where the tap finds the relay.
const BEHIND: u16 = 8443;

const NAME: &str = "relay-tapped.invalid";
const TOKEN: &str = "0123456789";

/// The relay behind a tap.
pub(crate) fn tapped(relay: Arc<dyn Service>) -> Arc<dyn Service> {
    Arc::new(Tapped(relay))
}

struct Tapped(Arc<dyn Service>);

struct Running {
    relay: Box<dyn RunningService>,
    certificate: Vec<u8>,
}

#[async_trait]
impl Service for Tapped {
    fn usual_ports(&self) -> Vec<ServicePort> {
        self.0.usual_ports()
    }

    async fn start(&self, start: ServiceStart) -> Result<Box<dyn RunningService>, ServiceError> {
        let why = |error: &dyn std::fmt::Display| ServiceError::Start {
            name: "tapped".to_owned(),
            why: error.to_string(),
        };
        let pair = KeyPair::generate().map_err(|error| why(&error))?;
        let certificate = CertificateParams::new([NAME.to_owned()])
            .and_then(|its| its.self_signed(&pair))
            .map_err(|error| why(&error))?;
        let (key, certificate) = (pair.serialize_der(), certificate.der().to_vec());
        let folder = start.folder.clone();
        keep(&folder, NAME, (&key, &certificate), TOKEN).map_err(|error| why(&error))?;
        let behind = ServicePort {
            port: BEHIND,
            transport: Transport::Tcp,
        };
        let ports = vec![behind];
        let relay = self.0.start(ServiceStart { ports, ..start }).await?;
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, AT)).await;
        let listener = listener.map_err(|error| why(&error))?;
        let tap = Tap::new(listener, (&key, &certificate), &folder);
        let tap = tap.map_err(|error| why(&error))?;
        let connector = connector(&certificate);
        tokio::spawn(tap.carry(move || to_relay(connector.clone())));
        Ok(Box::new(Running { relay, certificate }))
    }
}

fn connector(certificate: &[u8]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.to_vec().into()).unwrap();
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

async fn to_relay(connector: TlsConnector) -> io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, BEHIND)).await?;
    stream.set_nodelay(true)?;
    let name = ServerName::try_from(NAME).unwrap();
    connector.connect(name, stream).await
}

#[async_trait]
impl RunningService for Running {
    fn ports(&self) -> Vec<ServicePort> {
        self.relay.ports()
    }

    fn told(&self) -> std::collections::BTreeMap<String, ByteBuf> {
        let mut told = self.relay.told();
        told.extend(Told::tell(NAME, &self.certificate, TOKEN, (AT, BEHIND)));
        told
    }

    async fn admit(&self, keys: &[ByteBuf]) {
        self.relay.admit(keys).await;
    }

    async fn health(&self) -> Health {
        self.relay.health().await
    }

    async fn stop(self: Box<Self>) {
        self.relay.stop().await;
    }
}
