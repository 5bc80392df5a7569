//! TLS between two agents, or nothing.

use std::{
    io,
    sync::{Arc, OnceLock},
};

use e3_forward::link::ByteStream;
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, ServerName},
    version::TLS13,
};
use tokio::{io::copy_bidirectional, net::TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// What is between two agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    /// TCP alone.
    Plain,
    /// TLS 1.3 over TCP.
    Tls,
}

pub(crate) async fn accept(ends: Ends, socket: TcpStream) -> io::Result<Box<dyn ByteStream>> {
    socket.set_nodelay(true)?;
    Ok(match ends {
        Ends::Plain => Box::new(socket),
        Ends::Tls => Box::new(TlsAcceptor::from(configs()?.0).accept(socket).await?),
    })
}

pub(crate) async fn dial(ends: Ends, socket: TcpStream) -> io::Result<Box<dyn ByteStream>> {
    socket.set_nodelay(true)?;
    let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
    Ok(match ends {
        Ends::Plain => Box::new(socket),
        Ends::Tls => Box::new(
            TlsConnector::from(configs()?.1)
                .connect(name, socket)
                .await?,
        ),
    })
}

pub(crate) async fn copy_accepted(ends: Ends, socket: TcpStream, mut out: TcpStream) {
    if let Ok(mut socket) = accept(ends, socket).await {
        // One of the two ends ends it.
        _ = copy_bidirectional(&mut socket, &mut out).await;
    }
}

pub(crate) async fn copy_dialled(ends: Ends, mut socket: TcpStream, out: TcpStream) {
    if let Ok(mut out) = dial(ends, out).await {
        _ = copy_bidirectional(&mut socket, &mut out).await;
    }
}

/// Both ends' configurations, with one certificate.
pub(crate) fn configs() -> io::Result<(Arc<ServerConfig>, Arc<ClientConfig>)> {
    static CONFIGS: OnceLock<(Arc<ServerConfig>, Arc<ClientConfig>)> = OnceLock::new();
    if let Some(made) = CONFIGS.get() {
        return Ok(made.clone());
    }
    let made = make().map_err(io::Error::other)?;
    Ok(CONFIGS.get_or_init(|| made).clone())
}

type Made =
    Result<(Arc<ServerConfig>, Arc<ClientConfig>), Box<dyn std::error::Error + Send + Sync>>;

fn make() -> Made {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
    let key = PrivateKeyDer::try_from(signing_key.serialize_der())?;
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone())?;
    let mut server = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&TLS13])?
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)?;
    server.send_tls13_tickets = 0;
    let client = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok((Arc::new(server), Arc::new(client)))
}
