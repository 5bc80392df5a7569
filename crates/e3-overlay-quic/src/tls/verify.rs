//! What each end of a handshake accepts: a raw public key that the roster names.

use std::{fmt, sync::Arc};

use iroh::PublicKey;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible,
    SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key},
    pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};

use crate::guests::Guests;

/// A key as it is shown in a handshake.
pub(super) fn shown(key: &PublicKey) -> Vec<u8> {
    e3_contact::shown(key.as_bytes())
}

/// The key that was shown; `None` for anything else than an Ed25519 key in its one encoding.
pub(super) fn key_in(shown: &[u8]) -> Option<PublicKey> {
    e3_contact::key_in(shown).map(PublicKey::from_verifying_key)
}

/// Lets in whom the roster names.
pub(super) struct Callers {
    guests: Guests,
    algorithms: WebPkiSupportedAlgorithms,
}

/// Lets in one peer alone, whom this party dials.
pub(super) struct Peer {
    shown: Vec<u8>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Callers {
    pub(super) fn new(guests: Guests, provider: &Arc<CryptoProvider>) -> Self {
        Self {
            guests,
            algorithms: provider.signature_verification_algorithms,
        }
    }
}

impl Peer {
    pub(super) fn new(key: PublicKey, provider: &Arc<CryptoProvider>) -> Self {
        Self {
            shown: shown(&key),
            algorithms: provider.signature_verification_algorithms,
        }
    }
}

/// Whom the roster does not name.
fn stranger() -> Error {
    Error::InvalidCertificate(CertificateError::UnknownIssuer)
}

/// Nothing but TLS 1.3 is offered.
fn no_tls12() -> Result<HandshakeSignatureValid, Error> {
    Err(Error::PeerIncompatible(PeerIncompatible::Tls12NotOffered))
}

/// Whether the handshake was signed by the key that was shown.
fn signed(
    message: &[u8],
    shown: &CertificateDer<'_>,
    signature: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let shown = SubjectPublicKeyInfoDer::from(shown.as_ref());
    verify_tls13_signature_with_raw_key(message, &shown, signature, algorithms)
}

impl ClientCertVerifier for Callers {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let key = key_in(end_entity).filter(|_| intermediates.is_empty());
        match key.and_then(|key| self.guests.who(&key)) {
            Some(_) => Ok(ClientCertVerified::assertion()),
            None => Err(stranger()),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        signed(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl ServerCertVerifier for Peer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if **end_entity == *self.shown && intermediates.is_empty() {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(stranger())
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        signed(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl fmt::Debug for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callers").finish_non_exhaustive()
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").finish_non_exhaustive()
    }
}
