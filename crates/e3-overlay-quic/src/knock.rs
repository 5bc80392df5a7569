//! Finds out whether a relay answers, and why it cannot be used, by a handshake with it that leads to nothing else.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use iroh::RelayUrl;
use rustls::{CertificateError, Error, crypto::ring, pki_types::ServerName};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;

use crate::{elsewhere::CERTIFICATE, endpoint::Relays, names};

/// How long a name server, and then the relay, may take.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The port of `https` (RFC 9110, section 4.2.2).
const HTTPS: u16 = 443;

/// Why this relay cannot be used, and what to do; `None` where nothing is found to be wrong.
pub(crate) async fn knock(url: &RelayUrl, relays: &Relays) -> Option<String> {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().unwrap_or(HTTPS);
    let addresses = match addresses(host, relays).await {
        Ok(addresses) => addresses,
        Err(error) => {
            return Some(format!(
                "no name server of this host knows {host} ({error}): is `quic.relay` spelt right?"
            ));
        }
    };
    let Ok(opened) = timeout(PATIENCE, open(&addresses, port)).await else {
        return Some(format!(
            "it does not answer: is it up, and do firewalls let this host through to its TCP port {port}?"
        ));
    };
    let stream = match opened {
        Ok(stream) => stream,
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            return Some(format!("nothing listens on its TCP port {port}: is it up?"));
        }
        Err(error) => return Some(format!("this host does not reach it: {error}")),
    };
    match timeout(PATIENCE, greet(stream, host, relays)).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(reason(&error, !relays.others.believed.is_empty())),
        Err(_) => Some(format!(
            "what listens on its TCP port {port} says nothing: is it a relay?"
        )),
    }
}

/// Whether anything listens where this relay is said to be.
pub(crate) async fn answers(url: &RelayUrl, relays: &Relays) -> bool {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().unwrap_or(HTTPS);
    let Ok(addresses) = addresses(host, relays).await else {
        return false;
    };
    let opened = timeout(PATIENCE, open(&addresses, port)).await;
    opened.is_ok_and(|opened| opened.is_ok())
}

/// A host's addresses.
async fn addresses(host: &str, relays: &Relays) -> Result<Vec<IpAddr>, String> {
    if let Ok(address) = host.trim_matches(['[', ']']).parse() {
        return Ok(vec![address]);
    }
    let resolver = names::resolver(&relays.own);
    let found = resolver.lookup_ipv4_ipv6(host, PATIENCE).await;
    let found = found.map_err(|error| format!("{error:#}"))?;
    Ok(found.collect())
}

/// A connection to the first address that accepts one.
async fn open(addresses: &[IpAddr], port: u16) -> io::Result<TcpStream> {
    let addresses: Vec<SocketAddr> = addresses
        .iter()
        .map(|address| SocketAddr::new(*address, port))
        .collect();
    TcpStream::connect(&*addresses).await
}

/// A handshake, in which the relay proves who it is.
async fn greet(stream: TcpStream, host: &str, relays: &Relays) -> io::Result<()> {
    let provider = ring::default_provider().into();
    let config = relays.roots().client_config(provider)?;
    let name = host.trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(name).map_err(io::Error::other)?;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await?;
    Ok(())
}

/// Why a handshake has failed, in the words of who can mend it.
fn reason(error: &io::Error, authority_is_named: bool) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    let Some(Error::InvalidCertificate(why)) = inner else {
        return format!("it does not speak TLS ({error}): is it a relay?");
    };
    match why {
        // Authorities may have the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            let (whose, mend) = if authority_is_named {
                (
                    "not of the authority in the file of",
                    "that has signed the relay's",
                )
            } else {
                (
                    "of no public authority, and none is named by",
                    "that has signed it",
                )
            };
            format!(
                "its certificate is {whose} `quic.{CERTIFICATE}`: name the certificate of the authority {mend}"
            )
        }
        other => format!("its certificate cannot be believed ({other}): it needs another one"),
    }
}
