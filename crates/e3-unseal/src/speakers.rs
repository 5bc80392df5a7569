//! Both sides of rustls that tests let speak with one another.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore, ServerConfig, crypto::CryptoProvider,
    pki_types::PrivatePkcs8KeyDer, version::TLS13,
};

/// A client and a server of TLS 1.3, named `server.invalid`, with a certificate that the client believes.
pub(crate) fn speakers(
    client: CryptoProvider,
    server: CryptoProvider,
) -> (ClientConfig, ServerConfig) {
    let pair = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(["server.invalid".to_owned()]).unwrap();
    let certificate = certificate.self_signed(&pair).unwrap().der().clone();
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let client = ClientConfig::builder_with_provider(Arc::new(client))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = ServerConfig::builder_with_provider(Arc::new(server))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate],
            PrivatePkcs8KeyDer::from(pair.serialize_der()).into(),
        )
        .unwrap();
    (client, server)
}
