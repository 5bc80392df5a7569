//! TLS 1.3 (RFC 8446) between two that know one another's keys: raw public keys (RFC 7250), Ed25519 (RFC 8410), no
//! certificates, no names, no resumption.
//!
//! Whose key is not to be accepted is refused in the handshake, before a byte of anything else is read.

mod verify;

use std::{fmt, sync::Arc};

use rustls::{
    ClientConfig, Error, ServerConfig,
    client::{AlwaysResolvesClientRawPublicKeys, Resumption},
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
    server::{AlwaysResolvesServerRawPublicKeys, NoServerSessionStorage},
    sign::CertifiedKey,
    version::TLS13,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use zeroize::Zeroizing;

use verify::Known;

/// What stands before the 32 bytes of an Ed25519 key in PKCS#8 version 1 (RFC 8410, section 7).
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Both ends of handshakes with one key, for one protocol.
#[derive(Clone)]
pub struct RawKeys {
    provider: Arc<CryptoProvider>,
    own: Arc<CertifiedKey>,
    protocol: &'static [u8],
}

impl RawKeys {
    /// By an Ed25519 key and what is shown of it (its `SubjectPublicKeyInfo`, RFC 7250, section 3), for a protocol by which
    /// both ends have to call it (RFC 7301).
    ///
    /// # Errors
    /// What TLS says of the key.
    pub fn new(secret: &[u8; 32], shown: Vec<u8>, protocol: &'static [u8]) -> Result<Self, Error> {
        let provider = Arc::new(ring::default_provider());
        let mut der = Zeroizing::new(PKCS8.to_vec());
        der.extend_from_slice(secret);
        let der = PrivatePkcs8KeyDer::from(der.as_slice());
        let signing = provider
            .key_provider
            .load_private_key(der.clone_key().into())?;
        let own = CertifiedKey::new(vec![CertificateDer::from(shown)], signing);
        Ok(Self {
            provider,
            own: Arc::new(own),
            protocol,
        })
    }

    /// The accepting end, with whoever shows a key that is to be accepted.
    ///
    /// # Errors
    /// What TLS says of these settings.
    pub fn acceptor(
        &self,
        accepts: impl Fn(&[u8]) -> bool + Send + Sync + 'static,
    ) -> Result<TlsAcceptor, Error> {
        let resolver = AlwaysResolvesServerRawPublicKeys::new(Arc::clone(&self.own));
        let known = Known::new(Arc::new(accepts), &self.provider);
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(Arc::new(known))
            .with_cert_resolver(Arc::new(resolver));
        config.alpn_protocols = vec![self.protocol.to_vec()];
        // A resumed session would not ask again who may come in.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// The dialling end, with whoever shows a key that is to be accepted.
    ///
    /// # Errors
    /// What TLS says of these settings.
    pub fn connector(
        &self,
        accepts: impl Fn(&[u8]) -> bool + Send + Sync + 'static,
    ) -> Result<TlsConnector, Error> {
        let resolver = AlwaysResolvesClientRawPublicKeys::new(Arc::clone(&self.own));
        let known = Known::new(Arc::new(accepts), &self.provider);
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(known))
            .with_client_cert_resolver(Arc::new(resolver));
        config.alpn_protocols = vec![self.protocol.to_vec()];
        // There is no name: it is not sent, and what the other end shows is judged by its key.
        config.enable_sni = false;
        config.resumption = Resumption::disabled();
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

impl fmt::Debug for RawKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawKeys").finish_non_exhaustive()
    }
}
