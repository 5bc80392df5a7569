//! What a program does with the keys that an overlay gives it: TLS as `MPyC` speaks it.
//!
//! Both ends show a certificate of the authority. The dialler wants the name `MPyC party i` in its peer's; the listener
//! compares the caller's name with nothing.

use std::{fs, path::Path, sync::Arc};

use anyhow::Context as _;
use tokio::net::TcpStream;
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, ServerConfig, SignatureScheme,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_cert_signed_by_trust_anchor,
    },
    crypto::{CryptoProvider, ring, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject as _},
    server::{ParsedCertificate, WebPkiClientVerifier},
    version::TLS13,
};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

/// A party's key and certificate, and that of the authority.
#[derive(Clone)]
pub struct Credentials {
    certificate: CertificateDer<'static>,
    key: Arc<PrivateKeyDer<'static>>,
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
}

impl Credentials {
    /// Those that stand in a program's working folder, if the overlay has put any there.
    pub fn of(folder: &Path, index: usize) -> anyhow::Result<Option<Self>> {
        let folder = folder.join(".config");
        if !folder.exists() {
            return Ok(None);
        }
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
        };
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&read("mpyc_ca.crt")?)?)?;
        let certificate = read(&format!("party_{index}.crt"))?;
        let key = read(&format!("party_{index}.key"))?;
        Ok(Some(Self {
            certificate: CertificateDer::from_pem_slice(&certificate)?,
            key: Arc::new(PrivateKeyDer::from_pem_slice(&key)?),
            roots: Arc::new(roots),
            provider: Arc::new(ring::default_provider()),
        }))
    }

    /// Dials the party at an index.
    pub async fn dial(
        &self,
        stream: TcpStream,
        to: usize,
    ) -> anyhow::Result<client::TlsStream<TcpStream>> {
        let verifier = ByName {
            name: format!("MPyC party {to}"),
            roots: Arc::clone(&self.roots),
            provider: Arc::clone(&self.provider),
        };
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_auth_cert(vec![self.certificate.clone()], self.key.clone_key())?;
        config.resumption = Resumption::disabled();
        config.enable_sni = false;
        let name = ServerName::from(stream.peer_addr()?.ip());
        let connector = TlsConnector::from(Arc::new(config));
        Ok(connector.connect(name, stream).await?)
    }

    /// Takes whoever shows a certificate of the authority.
    pub async fn accept(&self, stream: TcpStream) -> anyhow::Result<server::TlsStream<TcpStream>> {
        let roots = Arc::clone(&self.roots);
        let verifier =
            WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&self.provider))
                .build()?;
        let config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![self.certificate.clone()], self.key.clone_key())?;
        Ok(TlsAcceptor::from(Arc::new(config)).accept(stream).await?)
    }
}

/// Wants a certificate of the authority with a name that is no host's, which rustls itself does not compare.
#[derive(Debug)]
struct ByName {
    name: String,
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for ByName {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let algorithms = self.provider.signature_verification_algorithms.all;
        let parsed = ParsedCertificate::try_from(certificate)?;
        verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &self.roots,
            intermediates,
            now,
            algorithms,
        )?;
        // As a DNS name of the subject (RFC 5280, section 4.2.1.6): its tag, its length, and itself.
        let length = u8::try_from(self.name.len()).unwrap_or(u8::MAX);
        let wanted = [&[0x82, length], self.name.as_bytes()].concat();
        if certificate.windows(wanted.len()).any(|at| at == wanted) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(Error::General(format!(
            "the certificate is not of {}",
            self.name
        )))
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 is not spoken here".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
