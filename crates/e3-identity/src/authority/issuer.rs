//! The signer.

use x509_cert::{Certificate, der::Decode as _, name::Name};

use super::{
    CertificateError, Draft, chain::validity_of, crl, keys::key_of, profile::Profile, request,
};
use crate::{Credential, Did, Identity, IdentityKey, KeyError, RevocationList, Serial, Validity};

/// An authority with its key.
#[derive(Debug)]
pub struct Authority {
    name: String,
    identity: Identity,
    root: Vec<u8>,
    validity: Validity,
}

/// Why there is no authority.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthorityError {
    /// Its key cannot be made or read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Its certificate cannot be made or read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The key and the certificate do not belong together.
    #[error("the authority's key is not the one that its certificate is for")]
    OtherKey,
}

impl Authority {
    /// A new one of that name, which stands in its certificate and for people alone; its certificate is good for so
    /// long.
    pub fn generate(name: &str, validity: Validity) -> Result<Self, AuthorityError> {
        let identity = Identity::generate()?;
        let key = identity.secret().verifying_key();
        let draft = Draft::new(
            Profile::authority(name)?,
            Serial::generate()?,
            validity,
            &key,
            key,
        )?;
        let signature = identity.secret().sign_bytes(draft.bytes());
        Ok(Self {
            name: name.to_owned(),
            root: draft.sign(&signature.0)?,
            identity,
            validity,
        })
    }

    /// The one of that name whose key (PKCS #8, PEM) and certificate (DER) were kept.
    pub fn open(name: &str, key: &str, root: Vec<u8>) -> Result<Self, AuthorityError> {
        const WHAT: &str = "the authority's certificate";
        let identity = Identity::of_key(IdentityKey::from_pem(key)?);
        let certificate = Certificate::from_der(&root).map_err(CertificateError::form(WHAT))?;
        let info = certificate.tbs_certificate().subject_public_key_info();
        if key_of(WHAT, info)? != identity.secret().verifying_key() {
            return Err(AuthorityError::OtherKey);
        }
        Ok(Self {
            name: name.to_owned(),
            identity,
            validity: validity_of(&certificate),
            root,
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its DID, a `did:key`.
    pub fn did(&self) -> &Did {
        self.identity.did()
    }

    /// Its own certificate, as DER.
    pub fn root(&self) -> &[u8] {
        &self.root
    }

    /// For how long its certificate is good.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Its secret.
    pub fn secret(&self) -> &IdentityKey {
        self.identity.secret()
    }

    /// Certifies that a DID may take part under these names.
    pub fn issue(
        &self,
        serial: Serial,
        subject: &Did,
        names: Vec<String>,
        validity: Validity,
    ) -> Credential {
        Credential::issue(&self.identity, serial, subject.clone(), names, validity)
    }

    /// Certifies the key of a DID's certification request (DER, RFC 2986) under a name; gives the certificate as DER.
    /// Its serial number is that of the credential that it comes with, so that both are taken back together.
    pub fn certify(
        &self,
        request: &[u8],
        name: &str,
        credential: &Credential,
    ) -> Result<Vec<u8>, CertificateError> {
        let key = request::read(request, &credential.subject)?;
        let validity = Validity {
            not_before: credential.not_before,
            not_after: credential.not_after,
        };
        let signer = self.secret().verifying_key();
        let profile = Profile::party(&self.name, name, &credential.subject)?;
        let draft = Draft::new(profile, credential.serial, validity, &key, signer)?;
        let signature = self.secret().sign_bytes(draft.bytes());
        draft.sign(&signature.0)
    }

    /// Vouches for another authority, as one of its own for a while: its certificate for the other's key, as DER. The
    /// other may certify parties, and no further authority.
    pub fn vouch(&self, other: &Self) -> Result<Vec<u8>, AuthorityError> {
        let profile = Profile::vouched(&self.name, &other.name)?;
        let (key, signer) = (
            other.secret().verifying_key(),
            self.secret().verifying_key(),
        );
        let draft = Draft::new(profile, Serial::generate()?, other.validity, &key, signer)?;
        let signature = self.secret().sign_bytes(draft.bytes());
        Ok(draft.sign(&signature.0)?)
    }

    /// What is no longer good: the list of this number, good for so long.
    pub fn revocations(
        &self,
        number: u64,
        serials: Vec<Serial>,
        validity: Validity,
    ) -> RevocationList {
        RevocationList::issue(&self.identity, number, validity, serials)
    }

    /// A list as X.509 has it (RFC 5280, section 5), DER.
    pub fn crl(&self, list: &RevocationList) -> Result<Vec<u8>, CertificateError> {
        let issuer: Name = Profile::authority(&self.name)?.name();
        crl::write(list, &issuer, self.secret())
    }
}
