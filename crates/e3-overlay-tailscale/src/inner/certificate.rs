//! The certificates by which programs know one another: one of each party, signed by its own key and by nobody else.
//!
//! `MPyC` wants a certificate to bear the index of its party, which is known only when there is a roster. So parties send one
//! another no certificates but what nobody else can make of one, key and signature ([`Proof`]): all else of it follows from
//! the index, and whoever gets a proof builds the very certificate. There is nothing in it to be careful of.

use e3_identity::authority::NetworkKey;
use e3_overlay::tls;
use e3_session::types::PartyIndex;
use ed25519_dalek::{Signature, VerifyingKey};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ED25519, PublicKeyData, SignatureAlgorithm, SigningKey,
};
use rustls::pki_types::PrivatePkcs8KeyDer;

use crate::TailscaleError;

/// Bytes of a key, and of a signature.
const KEY: usize = 32;
const SIGNATURE: usize = 64;

/// What nobody but a party can make of its certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    key: [u8; KEY],
    signature: [u8; SIGNATURE],
}

impl Proof {
    /// Bytes that it takes.
    pub(crate) const LENGTH: usize = KEY + SIGNATURE;

    /// This party's own, as the one at that index.
    pub(crate) fn make(key: &NetworkKey, index: PartyIndex) -> Result<Self, TailscaleError> {
        let der = key.pkcs8();
        let pair = KeyPair::try_from(&PrivatePkcs8KeyDer::from(der.as_slice()))?;
        let made = template(index)?.self_signed(&pair)?;
        // A certificate ends with its signature (RFC 5280, section 4.1.1.3).
        let signature = made.der().last_chunk().copied();
        Ok(Self {
            key: key.public(),
            signature: signature.unwrap_or([0; SIGNATURE]),
        })
    }

    /// Reads one.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (key, signature) = bytes.split_first_chunk()?;
        Some(Self {
            key: *key,
            signature: signature.try_into().ok()?,
        })
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        [&self.key[..], &self.signature].concat()
    }

    /// The certificate, DER, of the party at that index; none where the signature is of something else.
    pub(crate) fn certificate(&self, index: PartyIndex) -> Option<Vec<u8>> {
        let certificate = template(index).ok()?.self_signed(self).ok()?;
        Some(certificate.der().to_vec())
    }
}

impl PublicKeyData for Proof {
    fn der_bytes(&self) -> &[u8] {
        &self.key
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl SigningKey for Proof {
    /// What was signed before, if it is this.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signature = Signature::from_bytes(&self.signature);
        let key = VerifyingKey::from_bytes(&self.key).map_err(|_| rcgen::Error::RemoteKeyError)?;
        key.verify_strict(message, &signature)
            .map_err(|_| rcgen::Error::RemoteKeyError)?;
        Ok(self.signature.to_vec())
    }
}

/// All of a certificate that is no secret's. It certifies nobody else.
fn template(index: PartyIndex) -> Result<CertificateParams, TailscaleError> {
    let name = tls::name_of(index);
    let mut template = CertificateParams::new(vec![name.clone()])?;
    template.distinguished_name = DistinguishedName::new();
    template
        .distinguished_name
        .push(DnType::CommonName, name.as_str());
    template.is_ca = IsCa::ExplicitNoCa;
    template.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    template.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    Ok(template)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn others_build_the_very_certificate_of_a_party() {
        let key = NetworkKey::generate().unwrap();
        let index = PartyIndex(3);
        let proof = Proof::make(&key, index).unwrap();
        let der = key.pkcs8();
        let pair = KeyPair::try_from(&PrivatePkcs8KeyDer::from(der.as_slice())).unwrap();
        let own = template(index).unwrap().self_signed(&pair).unwrap();
        let sent = Proof::read(&proof.bytes()).unwrap();
        assert_eq!(sent.certificate(index).unwrap(), own.der().to_vec());
    }

    #[test]
    fn nobody_is_believed_to_be_at_another_index_nor_by_another_key() {
        let [one, two] = [(); 2].map(|()| NetworkKey::generate().unwrap());
        let proof = Proof::make(&one, PartyIndex(1)).unwrap();
        assert_eq!(proof.certificate(PartyIndex(2)), None);
        let stolen = Proof {
            key: two.public(),
            ..proof
        };
        assert_eq!(stolen.certificate(PartyIndex(1)), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_proof_of_nothing(bytes in proptest::collection::vec(any::<u8>(), 90..100)) {
            if let Some(proof) = Proof::read(&bytes) {
                prop_assert_eq!(proof.bytes(), bytes);
                prop_assert_eq!(proof.certificate(PartyIndex(0)), None);
            }
        }
    }
}
