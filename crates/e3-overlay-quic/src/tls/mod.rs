//! TLS 1.3 (RFC 8446) over TCP between two parties that know one another's keys: raw public keys (RFC 7250), no
//! certificates, no names, no resumption. Where one side can accept TCP, a stream over it is twice as fast as over QUIC,
//! since the kernel does more of the work.
//!
//! Whom the roster does not name is refused in the handshake, before a byte of anything else is read.

use std::net::SocketAddr;

use e3_overlay::RawKeys;
use iroh::PublicKey;
use rustls::pki_types::ServerName;
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsStream};
use zeroize::Zeroizing;

use crate::{ALPN, QuicError, carrier::pacing, guests::Guests, key::SessionKey};

/// Both ends of TLS for one party.
#[derive(Clone)]
pub(crate) struct Tls {
    ends: RawKeys,
    acceptor: TlsAcceptor,
}

impl Tls {
    /// For the party with this key, which lets in whom `guests` name.
    pub(crate) fn new(key: &SessionKey, guests: Guests) -> Result<Self, QuicError> {
        let secret = Zeroizing::new(key.secret().to_bytes());
        let ends = RawKeys::new(&secret, shown(&key.public()), ALPN)?;
        let named = move |shown: &[u8]| key_in(shown).is_some_and(|key| guests.who(&key).is_some());
        let acceptor = ends.acceptor(named)?;
        Ok(Self { ends, acceptor })
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
        let expected = shown(&peer);
        let connector = self.ends.connector(move |shown| *shown == *expected);
        let connector = connector.map_err(std::io::Error::other)?;
        // There is no name: it is not sent, and what the peer shows is compared with its key.
        let nobody = ServerName::IpAddress(at.ip().into());
        Ok(TlsStream::Client(connector.connect(nobody, stream).await?))
    }
}

/// A key as it is shown in a handshake.
fn shown(key: &PublicKey) -> Vec<u8> {
    e3_contact::shown(key.as_bytes())
}

/// The key that was shown; `None` for anything else than an Ed25519 key in its one encoding.
fn key_in(shown: &[u8]) -> Option<PublicKey> {
    e3_contact::key_in(shown).map(PublicKey::from_verifying_key)
}

#[cfg(test)]
mod tests;
