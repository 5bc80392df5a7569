//! QUIC, by the library that overlay `quic` uses.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use async_trait::async_trait;
use e3_overlay::Overlay;
use noq::{
    ClientConfig, Endpoint, ServerConfig,
    crypto::rustls::{QuicClientConfig, QuicServerConfig},
};
use rustls::CipherSuite;
use tokio::{
    io::{AsyncReadExt as _, join},
    sync::mpsc,
};

use super::{
    OfKey,
    tls::{Ends, WHO},
};
use crate::forwarding::{Carried, Carrier};

pub(crate) const NAME: &str = "repeating-quic";

const PORT: u16 = 4433;

pub(crate) fn overlay() -> Arc<dyn Overlay> {
    super::overlay::<Quic>(NAME)
}

struct Quic(Ends);

impl OfKey for Quic {
    fn of(key: [u8; 32]) -> Self {
        // What first packets are encrypted with has to be there.
        Self(Ends::of(key, CipherSuite::TLS13_AES_128_GCM_SHA256))
    }

    fn public(&self) -> Vec<u8> {
        self.0.certificate.clone()
    }
}

/// A stream is there for the other end only once something was said in it.
const HELLO: u8 = 0;

#[async_trait]
impl Carrier for Quic {
    async fn dial(&self, to: IpAddr, introduced: &[u8]) -> io::Result<Carried> {
        let crypto = QuicClientConfig::try_from(self.0.client(introduced)).unwrap();
        let own = (Ipv4Addr::UNSPECIFIED, 0).into();
        let endpoint = Endpoint::client(own)?;
        let config = ClientConfig::new(Arc::new(crypto));
        let connecting = endpoint.connect_with(config, (to, PORT).into(), WHO);
        let connection = connecting.map_err(io::Error::other)?.await?;
        let (mut send, receive) = connection.open_bi().await?;
        send.write_all(&[HELLO]).await?;
        Ok(Box::new(join(receive, send)))
    }

    async fn listen(&self, came: mpsc::Sender<Carried>) -> io::Result<()> {
        let crypto = QuicServerConfig::try_from(self.0.server()).unwrap();
        let config = ServerConfig::with_crypto(Arc::new(crypto));
        let endpoint = Endpoint::server(config, (Ipv6Addr::UNSPECIFIED, PORT).into())?;
        while let Some(incoming) = endpoint.accept().await {
            let connection = incoming.await?;
            let (send, mut receive) = connection.accept_bi().await?;
            receive.read_u8().await?;
            let _ = came.send(Box::new(join(receive, send))).await;
        }
        Ok(())
    }
}
