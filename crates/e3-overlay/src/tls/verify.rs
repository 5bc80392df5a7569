//! What the two ends of a handshake accept: the very certificates that stand in the roster.

use std::sync::Arc;

use e3_session::types::PartyIndex;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};

use super::credentials::Certificates;

/// Accepts one party, or any member, by the roster.
///
/// Whether the certificates in the roster are good was checked before; what is left is that the peer holds the key.
#[derive(Debug)]
pub(super) struct ByRoster {
    certificates: Arc<Certificates>,
    /// Who has to answer; `None` where any member may call.
    only: Option<PartyIndex>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ByRoster {
    pub(super) fn new(certificates: Arc<Certificates>, only: Option<PartyIndex>) -> Self {
        Self {
            certificates,
            only,
            algorithms: ring::default_provider().signature_verification_algorithms,
        }
    }

    fn accepts(&self, certificate: &CertificateDer<'_>) -> Result<(), Error> {
        let whose = self.certificates.whose(certificate);
        let welcome = whose.is_some() && (self.only.is_none() || self.only == whose);
        let refused = Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure);
        welcome.then_some(()).ok_or(refused)
    }
}

impl ServerCertVerifier for ByRoster {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.accepts(end_entity)
            .map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for ByRoster {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.accepts(end_entity)
            .map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
