//! Who certifies.

use std::fmt;

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use crate::{Certificate, CertificateError, Details, KeyError, Version, key::random, pem};

/// A key of Ed25519 that certifies. It has a certificate for each version of Nebula's. Erased when it is dropped.
pub struct Authority(SigningKey);

impl Authority {
    /// A new one.
    ///
    /// # Errors
    /// [`KeyError::Randomness`] if the system gives none.
    pub fn generate() -> Result<Self, KeyError> {
        Ok(Self(SigningKey::from_bytes(&*random()?)))
    }

    /// Its own certificate, signed by itself. Of the details, its key, its kind and its issuer are filled in.
    ///
    /// # Errors
    /// [`CertificateError`] if the version has no way to say it.
    pub fn certificate(
        &self,
        version: Version,
        details: Details,
    ) -> Result<Certificate, CertificateError> {
        let details = Details {
            is_ca: true,
            issuer: None,
            public_key: self.0.verifying_key().to_bytes(),
            ..details
        };
        Certificate::sign(version, details, &self.0)
    }

    /// A host's certificate, of the version of `own`, this authority's certificate. What that forbids can be signed;
    /// nobody believes it.
    ///
    /// # Errors
    /// [`CertificateError`] if the version has no way to say it.
    pub fn certify(
        &self,
        own: &Certificate,
        details: Details,
    ) -> Result<Certificate, CertificateError> {
        let details = Details {
            is_ca: false,
            issuer: Some(own.fingerprint()),
            ..details
        };
        Certificate::sign(own.version(), details, &self.0)
    }

    /// Reads its key as Nebula writes it: the private half, then the public one.
    ///
    /// # Errors
    /// [`KeyError`] if it is something else, or the halves do not belong together.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let other = || KeyError::Pem(pem::AUTHORITY_KEY);
        let (label, bytes) = pem::decode(text).map_err(|_| other())?;
        let both: &[u8; 64] = bytes.as_slice().try_into().map_err(|_| other())?;
        if label != pem::AUTHORITY_KEY {
            return Err(other());
        }
        let key = SigningKey::from_keypair_bytes(both).map_err(|_| KeyError::Halves)?;
        Ok(Self(key))
    }

    /// As Nebula reads it.
    pub fn to_pem(&self) -> Zeroizing<String> {
        let both = Zeroizing::new(self.0.to_keypair_bytes());
        pem::encode(pem::AUTHORITY_KEY, &*both)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authority").finish_non_exhaustive()
    }
}
