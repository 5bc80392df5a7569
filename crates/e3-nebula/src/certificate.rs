//! A certificate, whichever way it is encoded.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::{CertificateError, Details, Fingerprint, MAX_BYTES, pem, v1, v2};

/// How certificates are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Protobuf; networks of IPv4 only. Every Nebula reads it.
    V1,
    /// ASN.1; both versions of IP. Nebula reads it since 1.10.
    V2,
}

/// What a certificate says, and a signature over it, which may be anybody's: see [`verify_host`].
///
/// [`verify_host`]: crate::verify_host
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    version: Version,
    details: Details,
    signature: [u8; 64],
}

impl Certificate {
    /// Signs details, as they are.
    pub(crate) fn sign(
        version: Version,
        details: Details,
        key: &SigningKey,
    ) -> Result<Self, CertificateError> {
        details.check(version)?;
        let signature = key.sign(&signed(version, &details)).to_bytes();
        let made = Self {
            version,
            details,
            signature,
        };
        if made.encode().len() > MAX_BYTES {
            return Err(CertificateError::TooLong);
        }
        Ok(made)
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`CertificateError`] if Nebula would not have written these bytes, whoever has signed them.
    pub fn decode(version: Version, bytes: &[u8]) -> Result<Self, CertificateError> {
        if bytes.len() > MAX_BYTES {
            return Err(CertificateError::TooLong);
        }
        let (details, signature) = match version {
            Version::V1 => v1::decode(bytes)?,
            Version::V2 => v2::decode(bytes)?,
        };
        details.check(version)?;
        let read = Self {
            version,
            details,
            signature,
        };
        if read.encode() != bytes {
            return Err(CertificateError::NotCanonical);
        }
        Ok(read)
    }

    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        match self.version {
            Version::V1 => v1::encode(&self.details, &self.signature),
            Version::V2 => v2::encode(&self.details, &self.signature),
        }
    }

    /// Reads one from Nebula's PEM, whose label tells the version.
    ///
    /// # Errors
    /// [`CertificateError`], as of [`Certificate::decode`].
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        let (label, bytes) =
            pem::decode(text).map_err(|error| CertificateError::Pem(error.to_string()))?;
        let version = match label {
            pem::CERTIFICATE_V1 => Version::V1,
            pem::CERTIFICATE_V2 => Version::V2,
            other => return Err(CertificateError::Pem(format!("it is a `{other}`"))),
        };
        Self::decode(version, &bytes)
    }

    /// Nebula's PEM.
    pub fn to_pem(&self) -> String {
        let label = match self.version {
            Version::V1 => pem::CERTIFICATE_V1,
            Version::V2 => pem::CERTIFICATE_V2,
        };
        pem::encode(label, &self.encode()).to_string()
    }

    /// By what it is named.
    pub fn fingerprint(&self) -> Fingerprint {
        let digest = match self.version {
            Version::V1 => Sha256::digest(self.encode()),
            Version::V2 => {
                let signed = v2::signed(&self.details);
                Sha256::new_with_prefix(signed)
                    .chain_update(self.signature)
                    .finalize()
            }
        };
        Fingerprint(digest.into())
    }

    /// How it is encoded.
    pub fn version(&self) -> Version {
        self.version
    }

    /// What it says.
    pub fn details(&self) -> &Details {
        &self.details
    }

    /// Whether that key has signed it.
    pub(crate) fn is_signed_by(&self, key: &[u8; 32]) -> bool {
        let signature = Signature::from_bytes(&self.signature);
        VerifyingKey::from_bytes(key).is_ok_and(|key| {
            let signed = signed(self.version, &self.details);
            // Strict: keys and signatures that prove nothing are refused.
            key.verify_strict(&signed, &signature).is_ok()
        })
    }
}

fn signed(version: Version, details: &Details) -> Vec<u8> {
    match version {
        Version::V1 => v1::details(details),
        Version::V2 => v2::signed(details),
    }
}
