//! TLS 1.3 (RFC 8446) over TCP between two parties that know one another's keys: raw public keys (RFC 7250), no
//! certificates, no names, no resumption. Where one side can accept TCP, a stream over it is twice as fast as over QUIC,
//! since the kernel does more of the work.
//!
//! Whom the roster does not name is refused in the handshake, before a byte of anything else is read.

mod verify;

use std::{net::SocketAddr, sync::Arc};

use iroh::PublicKey;
use rustls::{
    ClientConfig, ServerConfig,
    client::{AlwaysResolvesClientRawPublicKeys, Resumption},
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName},
    server::{AlwaysResolvesServerRawPublicKeys, NoServerSessionStorage},
    sign::CertifiedKey,
    version::TLS13,
};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};
use zeroize::Zeroizing;

use self::verify::{Callers, Peer, key_in};
use crate::{ALPN, QuicError, carrier::pacing, guests::Guests, key::SessionKey};

/// What stands before the 32 bytes of an Ed25519 key in PKCS#8 version 1 (RFC 8410, section 7).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Both ends of TLS for one party.
#[derive(Clone)]
pub(crate) struct Tls {
    provider: Arc<CryptoProvider>,
    own: Arc<CertifiedKey>,
    acceptor: TlsAcceptor,
}

impl Tls {
    /// For the party with this key, which lets in whom `guests` name.
    pub(crate) fn new(key: &SessionKey, guests: Guests) -> Result<Self, QuicError> {
        let provider = Arc::new(ring::default_provider());
        let own = Arc::new(certified(key, &provider)?);
        let resolver = AlwaysResolvesServerRawPublicKeys::new(Arc::clone(&own));
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(Arc::new(Callers::new(guests, &provider)))
            .with_cert_resolver(Arc::new(resolver));
        config.alpn_protocols = vec![ALPN.to_vec()];
        // A resumed session would not ask the roster again.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self {
            provider,
            own,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }

    /// The accepting end of a handshake: with whom, who is in the roster.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
    ) -> std::io::Result<(PublicKey, TlsStream<TcpStream>)> {
        stream.set_nodelay(true)?;
        let stream = self.acceptor.accept(stream).await?;
        let certificates = stream.get_ref().1.peer_certificates();
        let key = certificates.and_then(|all| key_in(all.first()?));
        let key = key.ok_or_else(|| std::io::Error::other("the caller has shown no key"))?;
        Ok((key, TlsStream::Server(stream)))
    }

    /// The dialling end of a handshake, with nobody but the peer that has this key.
    pub(crate) async fn dial(
        &self,
        peer: PublicKey,
        at: SocketAddr,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let socket = match at {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        pacing::begin(&socket);
        let stream = socket.connect(at).await?;
        stream.set_nodelay(true)?;
        let connector = self.connector(peer).map_err(std::io::Error::other)?;
        // There is no name: it is not sent, and what the peer shows is compared with its key.
        let nobody = ServerName::IpAddress(at.ip().into());
        Ok(TlsStream::Client(connector.connect(nobody, stream).await?))
    }

    fn connector(&self, peer: PublicKey) -> Result<TlsConnector, rustls::Error> {
        let resolver = AlwaysResolvesClientRawPublicKeys::new(Arc::clone(&self.own));
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Peer::new(peer, &self.provider)))
            .with_client_cert_resolver(Arc::new(resolver));
        config.alpn_protocols = vec![ALPN.to_vec()];
        config.enable_sni = false;
        config.resumption = Resumption::disabled();
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

/// The key as TLS shows and uses it.
fn certified(key: &SessionKey, provider: &CryptoProvider) -> Result<CertifiedKey, QuicError> {
    let mut der = Zeroizing::new(PKCS8.to_vec());
    der.extend_from_slice(&*Zeroizing::new(key.secret().to_bytes()));
    let der = PrivatePkcs8KeyDer::from(der.as_slice());
    let signing = provider
        .key_provider
        .load_private_key(der.clone_key().into())?;
    let shown = CertificateDer::from(verify::shown(&key.public()));
    Ok(CertifiedKey::new(vec![shown], signing))
}

#[cfg(test)]
mod tests;
