//! Whose certificates are believed.

use std::sync::Arc;

use thiserror::Error;
use tokio_rustls::rustls::{
    self, ClientConfig, RootCertStore, crypto::ring, pki_types::CertificateDer,
};

/// Why no certificate can be checked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RootsError {
    /// This machine knows no authority.
    #[error(
        "this machine knows no certificate authorities{reason}: install its package ca-certificates, or let SSL_CERT_FILE \
         name a file of them"
    )]
    None {
        /// What went wrong with finding them; empty if they are just not there.
        reason: String,
    },
    /// One that was given is none.
    #[error("a certificate authority that was given cannot be used: {reason}")]
    Unusable {
        /// What is wrong with it.
        reason: String,
    },
    /// The library cannot be set up.
    #[error("TLS cannot be set up: {reason}")]
    Setup {
        /// What it says.
        reason: String,
    },
}

/// Trusts what this machine trusts.
pub(crate) async fn of_this_machine() -> Result<Arc<ClientConfig>, RootsError> {
    let found = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs)
        .await
        .map_err(|error| RootsError::Setup {
            reason: error.to_string(),
        })?;
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        let reasons: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
        let reason = match reasons.as_slice() {
            [] => String::new(),
            some => format!(" ({})", some.join("; ")),
        };
        return Err(RootsError::None { reason });
    }
    config(roots)
}

/// Trusts these alone.
pub(crate) fn trusting(authorities: Vec<Vec<u8>>) -> Result<Arc<ClientConfig>, RootsError> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots
            .add(CertificateDer::from(authority))
            .map_err(|error| RootsError::Unusable {
                reason: error.to_string(),
            })?;
    }
    config(roots)
}

fn config(roots: RootCertStore) -> Result<Arc<ClientConfig>, RootsError> {
    let provider = Arc::new(ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error: rustls::Error| RootsError::Setup {
            reason: error.to_string(),
        })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
