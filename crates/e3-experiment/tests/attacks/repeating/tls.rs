//! TLS 1.3 over TCP.

use std::{
    io,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use async_trait::async_trait;
use e3_overlay::Overlay;
use e3_unseal::testing::repeating;
use rcgen::{CertificateParams, KeyPair};
use rustls::{
    CipherSuite, ClientConfig, RootCertStore, ServerConfig, crypto::CryptoProvider,
    pki_types::PrivatePkcs8KeyDer, version::TLS13,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::OfKey;
use crate::forwarding::{Carried, Carrier};

pub(crate) const NAME: &str = "repeating-tls";

const PORT: u16 = 4432;

/// What every certificate is of.
pub(crate) const WHO: &str = "repeating.invalid";

pub(crate) fn overlay() -> Arc<dyn Overlay> {
    super::overlay::<Tls>(NAME)
}

/// A certificate of its own, and TLS whose ephemeral key is always the same.
pub(crate) struct Ends {
    provider: Arc<CryptoProvider>,
    pair: KeyPair,
    pub(crate) certificate: Vec<u8>,
}

impl Ends {
    pub(crate) fn of(key: [u8; 32], suite: CipherSuite) -> Self {
        let pair = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([WHO.to_owned()]).unwrap();
        let certificate = certificate.self_signed(&pair).unwrap().der().to_vec();
        Self {
            provider: Arc::new(repeating(suite, key)),
            pair,
            certificate,
        }
    }

    pub(crate) fn server(&self) -> ServerConfig {
        let key = PrivatePkcs8KeyDer::from(self.pair.serialize_der());
        ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone().into()], key.into())
            .unwrap()
    }

    /// With whoever has that certificate.
    pub(crate) fn client(&self, certificate: &[u8]) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(certificate.to_vec().into()).unwrap();
        ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth()
    }
}

struct Tls(Ends);

impl OfKey for Tls {
    fn of(key: [u8; 32]) -> Self {
        Self(Ends::of(key, CipherSuite::TLS13_AES_256_GCM_SHA384))
    }

    fn public(&self) -> Vec<u8> {
        self.0.certificate.clone()
    }
}

#[async_trait]
impl Carrier for Tls {
    async fn dial(&self, to: IpAddr, introduced: &[u8]) -> io::Result<Carried> {
        let connector = TlsConnector::from(Arc::new(self.0.client(introduced)));
        let stream = TcpStream::connect((to, PORT)).await?;
        let stream = connector.connect(WHO.try_into().unwrap(), stream).await?;
        Ok(Box::new(stream))
    }

    async fn listen(&self, came: mpsc::Sender<Carried>) -> io::Result<()> {
        let acceptor = TlsAcceptor::from(Arc::new(self.0.server()));
        let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, PORT)).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            let stream = acceptor.accept(stream).await?;
            let _ = came.send(Box::new(stream)).await;
        }
    }
}
