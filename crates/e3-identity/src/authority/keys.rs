//! Public keys in X.509.

use ed25519_dalek::VerifyingKey;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::{CertificateError, draft::ED25519};
use crate::multikey::sound;

/// The Ed25519 key (RFC 8410) that something is for.
pub(super) fn key_of(
    what: &'static str,
    info: &SubjectPublicKeyInfoOwned,
) -> Result<VerifyingKey, CertificateError> {
    let bytes = info.subject_public_key.as_bytes();
    let plain = info.algorithm.oid == ED25519 && info.algorithm.parameters.is_none();
    match bytes.map(<&[u8; 32]>::try_from) {
        Some(Ok(bytes)) if plain => sound(bytes).ok(),
        _ => None,
    }
    .ok_or(CertificateError::KeyType { what })
}
