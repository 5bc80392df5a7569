//! A certificate before it is signed.

use std::time::Duration;

use ed25519_dalek::{VerifyingKey, ed25519::signature::Keypair};
use x509_cert::{
    builder::{Builder as _, CertificateBuilder},
    der::{
        Encode as _,
        asn1::{BitString, GeneralizedTime, UtcTime},
    },
    serial_number::SerialNumber,
    spki::{AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, SubjectPublicKeyInfoOwned},
    time::{self, Time},
};

use super::{CertificateError, profile::Profile};
use crate::{Serial, Validity, introduction::SKEW};

const WHAT: &str = "the certificate";

/// The OID of Ed25519 (RFC 8410, section 3).
pub(super) const ED25519: x509_cert::der::asn1::ObjectIdentifier =
    x509_cert::der::asn1::ObjectIdentifier::new_unwrap("1.3.101.112");

/// A certificate before it is signed: [`Draft::bytes`] is what has to be signed, [`Draft::sign`] makes it whole.
pub struct Draft {
    builder: CertificateBuilder<Profile>,
    signer: Signer,
    bytes: Vec<u8>,
}

/// From then on times are written in full (RFC 5280, section 4.1.2.5), in Unix seconds.
const YEAR_2050: u64 = 2_524_608_000;

/// Whoever will sign, by its public key alone.
pub(super) struct Signer(pub(super) VerifyingKey);

/// A time as X.509 has it.
pub(super) fn time(seconds: u64) -> Result<Time, CertificateError> {
    let since = Duration::from_secs(seconds);
    let time = if seconds < YEAR_2050 {
        UtcTime::from_unix_duration(since).map(Time::UtcTime)
    } else {
        GeneralizedTime::from_unix_duration(since).map(Time::GeneralTime)
    };
    time.map_err(CertificateError::unwritable("a time"))
}

impl Draft {
    pub(super) fn new(
        profile: Profile,
        serial: Serial,
        validity: Validity,
        key: &VerifyingKey,
        signer: VerifyingKey,
    ) -> Result<Self, CertificateError> {
        let serial = SerialNumber::new(&serial.0).map_err(CertificateError::unwritable(WHAT))?;
        let key = SubjectPublicKeyInfoOwned::from_key(key)
            .map_err(CertificateError::unwritable("the key"))?;
        // Hosts whose clocks are behind have to find it good as well.
        let not_before = validity.not_before.saturating_sub(SKEW);
        let validity = time::Validity::new(time(not_before)?, time(validity.not_after)?);
        let mut builder = CertificateBuilder::new(profile, serial, validity, key)
            .map_err(CertificateError::unwritable(WHAT))?;
        let signer = Signer(signer);
        let bytes = builder
            .finalize(&signer)
            .map_err(CertificateError::unwritable(WHAT))?;
        Ok(Self {
            builder,
            signer,
            bytes,
        })
    }

    /// What has to be signed, by Ed25519.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The certificate, as DER, with this signature over [`Draft::bytes`].
    pub fn sign(self, signature: &[u8; 64]) -> Result<Vec<u8>, CertificateError> {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        if self
            .signer
            .0
            .verify_strict(&self.bytes, &signature)
            .is_err()
        {
            return Err(CertificateError::Signature {
                what: WHAT,
                by: "the authority",
            });
        }
        let signature = BitString::from_bytes(&signature.to_bytes())
            .map_err(CertificateError::unwritable("the signature"))?;
        let certificate = self
            .builder
            .assemble(signature, &self.signer)
            .map_err(CertificateError::unwritable(WHAT))?;
        certificate
            .to_der()
            .map_err(CertificateError::unwritable(WHAT))
    }
}

impl Keypair for Signer {
    type VerifyingKey = VerifyingKey;

    fn verifying_key(&self) -> VerifyingKey {
        self.0
    }
}

impl DynSignatureAlgorithmIdentifier for Signer {
    fn signature_algorithm_identifier(&self) -> x509_cert::spki::Result<AlgorithmIdentifierOwned> {
        Ok(AlgorithmIdentifierOwned {
            oid: ED25519,
            parameters: None,
        })
    }
}
