//! The two ends of a mutually authenticated handshake (TLS 1.3, RFC 8446).

use std::{fmt, io, sync::Arc};

use e3_identity::authority::NetworkKey;
use e3_session::types::{PartyIndex, Roster};
use rustls::{
    ClientConfig, Error, ServerConfig,
    client::Resumption,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
    version::TLS13,
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};

use super::{credentials::Certificates, files, verify::ByRoster};
use crate::{
    OverlayError, ProgramNeeds,
    tcp::{ProbeError, Secure},
};

/// Both ends prove to hold the key of a certificate in the roster; the dialler wants to see that of one party.
#[derive(Clone)]
pub(super) struct Mutual(Arc<Inner>);

struct Inner {
    me: PartyIndex,
    key: Arc<NetworkKey>,
    certificates: Arc<Certificates>,
    provider: Arc<CryptoProvider>,
    acceptor: TlsAcceptor,
}

impl Inner {
    /// This party's certificate and key as rustls wants them.
    fn own(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        own(&self.certificates, self.me, &self.key)
    }

    fn connector(&self, to: PartyIndex) -> Result<TlsConnector, Error> {
        let verifier = ByRoster::new(Arc::clone(&self.certificates), Some(to));
        let (chain, key) = self.own();
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_auth_cert(chain, key)?;
        config.resumption = Resumption::disabled();
        // Who answers is known by its certificate alone; a name in the hello would only tell an observer.
        config.enable_sni = false;
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

fn own(
    certificates: &Certificates,
    me: PartyIndex,
    key: &NetworkKey,
) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let own = certificates.get(me);
    let chain = own.map(|own| CertificateDer::from(own.leaf.clone()));
    let key = PrivatePkcs8KeyDer::from(key.pkcs8().to_vec());
    (chain.into_iter().collect(), PrivateKeyDer::Pkcs8(key))
}

fn acceptor(
    provider: &Arc<CryptoProvider>,
    certificates: &Arc<Certificates>,
    (chain, key): (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>),
) -> Result<TlsAcceptor, Error> {
    let verifier = ByRoster::new(Arc::clone(certificates), None);
    let mut config = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&[&TLS13])?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(chain, key)?;
    // Nothing is resumed: every probe proves anew.
    config.send_tls13_tickets = 0;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

impl Secure for Mutual {
    type Stream = TlsStream<TcpStream>;
    type Keys = Arc<NetworkKey>;

    fn of(keys: &Arc<NetworkKey>, roster: &Roster, me: PartyIndex) -> Result<Self, OverlayError> {
        let certificates = Arc::new(Certificates::of(roster, me, keys)?);
        let provider = Arc::new(ring::default_provider());
        let acceptor = acceptor(&provider, &certificates, own(&certificates, me, keys))
            .map_err(|error| OverlayError::Tls(error.to_string()))?;
        Ok(Self(Arc::new(Inner {
            me,
            key: Arc::clone(keys),
            certificates,
            provider,
            acceptor,
        })))
    }

    fn program_needs(&self) -> ProgramNeeds {
        let Inner {
            me,
            key,
            certificates,
            ..
        } = &*self.0;
        certificates
            .get(*me)
            .map_or_else(ProgramNeeds::default, |own| {
                files::program_needs(*me, key, &own.leaf, &[&own.root])
            })
    }

    async fn dial(&self, stream: TcpStream, to: PartyIndex) -> Result<Self::Stream, ProbeError> {
        let connector = self.0.connector(to);
        let connector = connector.map_err(|error| ProbeError::Unproved(error.to_string()))?;
        let name = ServerName::from(stream.peer_addr()?.ip());
        Ok(connector.connect(name, stream).await?.into())
    }

    async fn accept(&self, stream: TcpStream) -> io::Result<(Self::Stream, Option<PartyIndex>)> {
        let stream = self.0.acceptor.accept(stream).await?;
        let (_, connection) = stream.get_ref();
        let certificate = connection.peer_certificates().and_then(<[_]>::first);
        let caller = certificate.and_then(|certificate| self.0.certificates.whose(certificate));
        let caller = caller.ok_or_else(|| io::Error::other("a caller without a certificate"))?;
        Ok((stream.into(), Some(caller)))
    }

    fn explain(&self, error: io::Error) -> ProbeError {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        match inner {
            Some(Error::InvalidCertificate(_)) => ProbeError::Unproved(
                "what answers there does not hold the certificate that the roster names".to_owned(),
            ),
            Some(Error::AlertReceived(alert)) => ProbeError::Unproved(format!(
                "it does not take this party for a member of its roster ({alert:?})"
            )),
            Some(Error::InvalidMessage(_)) => ProbeError::NotAnAgent,
            _ => ProbeError::Broken(error),
        }
    }
}

impl fmt::Debug for Mutual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mutual")
            .field("me", &self.0.me)
            .finish_non_exhaustive()
    }
}
