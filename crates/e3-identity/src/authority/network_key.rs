//! Keys that a network sees.

use std::fmt;

use zeroize::Zeroizing;

use super::{CertificateError, request};
use crate::{Did, IdentityKey, KeyError};

/// An Ed25519 key pair that a network sees, made for one session. It is erased when dropped and shown by nothing.
pub struct NetworkKey(IdentityKey);

impl NetworkKey {
    /// A new one from the operating system's randomness.
    pub fn generate() -> Result<Self, KeyError> {
        IdentityKey::generate().map(Self)
    }

    /// The public key.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// A certification request (PKCS #10, RFC 2986) as DER: it proves possession of the key, and names the DID whose
    /// request it is, so that nobody else can use it.
    pub fn request(&self, did: &Did) -> Result<Vec<u8>, CertificateError> {
        request::write(&self.0, did)
    }

    /// The secret key as PKCS #8 (RFC 5958), DER.
    pub fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        self.0.to_der()
    }

    /// The secret key as PKCS #8, PEM.
    pub fn pkcs8_pem(&self) -> Zeroizing<String> {
        self.0.to_pem()
    }
}

impl fmt::Debug for NetworkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetworkKey").finish_non_exhaustive()
    }
}
