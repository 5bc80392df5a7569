//! The two kinds of certificates that authorities issue (RFC 5280).

use std::str::FromStr;

use x509_cert::{
    TbsCertificate,
    builder::{self, profile::BuilderProfile},
    der::{
        asn1::Ia5String,
        oid::db::rfc5280::{ID_KP_CLIENT_AUTH, ID_KP_SERVER_AUTH},
    },
    ext::{
        Extension, ToExtension as _,
        pkix::{
            AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
            SubjectAltName, SubjectKeyIdentifier, name::GeneralName,
        },
    },
    name::Name,
    spki::SubjectPublicKeyInfoRef,
};

use super::CertificateError;
use crate::Did;

/// A kind of certificate, with the names that it bears.
#[derive(Debug, Clone)]
pub(super) enum Profile {
    /// An authority's own, signed by itself.
    Authority {
        /// Its name.
        subject: Name,
    },
    /// An authority's, signed by another; it issues certificates of parties and nothing else.
    Vouched {
        /// Who vouches for it.
        issuer: Name,
        /// Its name.
        subject: Name,
    },
    /// A party's, for both ends of TLS.
    Party {
        /// Who issues it.
        issuer: Name,
        /// The name that it bears.
        subject: Name,
        /// The same name as a DNS name, and the party's DID as a URI.
        alternatives: SubjectAltName,
    },
}

impl Profile {
    /// An authority's own certificate.
    pub(super) fn authority(name: &str) -> Result<Self, CertificateError> {
        Ok(Self::Authority {
            subject: authority_name(name)?,
        })
    }

    /// The certificate of an authority by another one.
    pub(super) fn vouched(issuer: &str, name: &str) -> Result<Self, CertificateError> {
        Ok(Self::Vouched {
            issuer: authority_name(issuer)?,
            subject: authority_name(name)?,
        })
    }

    /// The certificate of a party under a name. The name stands in it twice: programs look for it among the DNS names,
    /// people in the subject.
    pub(super) fn party(issuer: &str, name: &str, did: &Did) -> Result<Self, CertificateError> {
        let wrong = || CertificateError::Name {
            name: name.to_owned(),
        };
        let alternatives = SubjectAltName(vec![
            GeneralName::DnsName(Ia5String::new(name).map_err(|_| wrong())?),
            did_name(did)?,
        ]);
        Ok(Self::Party {
            issuer: authority_name(issuer)?,
            subject: common_name(name)?,
            alternatives,
        })
    }

    /// The name that the certificate is for.
    pub(super) fn name(&self) -> Name {
        match self {
            Self::Authority { subject }
            | Self::Vouched { subject, .. }
            | Self::Party { subject, .. } => subject.clone(),
        }
    }

    /// How many more authorities may stand below an authority that this is of; `None` for a party.
    fn depth(&self) -> Option<u8> {
        match self {
            Self::Authority { .. } => Some(1),
            Self::Vouched { .. } => Some(0),
            Self::Party { .. } => None,
        }
    }
}

/// A DID as a name of its own in a certificate.
pub(super) fn did_name(did: &Did) -> Result<GeneralName, CertificateError> {
    let text = Ia5String::new(did.as_str()).map_err(CertificateError::unwritable("the DID"))?;
    Ok(GeneralName::UniformResourceIdentifier(text))
}

/// `CN=name`.
fn common_name(name: &str) -> Result<Name, CertificateError> {
    named("", name)
}

/// The same, as what it is.
fn authority_name(name: &str) -> Result<Name, CertificateError> {
    named(",O=E3 authority", name)
}

fn named(what: &str, name: &str) -> Result<Name, CertificateError> {
    let wrong = || CertificateError::Name {
        name: name.to_owned(),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" .-_".contains(&byte);
    let trimmed = name.trim() == name;
    if name.is_empty() || name.len() > 64 || !trimmed || !name.bytes().all(plain) {
        return Err(wrong());
    }
    Name::from_str(&format!("CN={name}{what}")).map_err(|_| wrong())
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, subject: &Name) -> Name {
        match self {
            Self::Authority { .. } => subject.clone(),
            Self::Vouched { issuer, .. } | Self::Party { issuer, .. } => issuer.clone(),
        }
    }

    fn get_subject(&self) -> Name {
        self.name()
    }

    fn build_extensions(
        &self,
        key: SubjectPublicKeyInfoRef<'_>,
        issuer_key: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> builder::Result<Vec<Extension>> {
        let mut extensions = Vec::new();
        let subject = tbs.subject();
        extensions.push(SubjectKeyIdentifier::try_from(key)?.to_extension(subject, &extensions)?);
        let issuer = AuthorityKeyIdentifier::try_from(issuer_key)?;
        extensions.push(issuer.to_extension(subject, &extensions)?);
        let depth = self.depth();
        let constraints = BasicConstraints {
            ca: depth.is_some(),
            path_len_constraint: depth,
        };
        extensions.push(constraints.to_extension(subject, &extensions)?);
        match self {
            Self::Authority { .. } | Self::Vouched { .. } => {
                let usage = KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign);
                extensions.push(usage.to_extension(subject, &extensions)?);
            }
            Self::Party { alternatives, .. } => {
                let usage = KeyUsage(KeyUsages::DigitalSignature.into());
                extensions.push(usage.to_extension(subject, &extensions)?);
                let purposes = ExtendedKeyUsage(vec![ID_KP_SERVER_AUTH, ID_KP_CLIENT_AUTH]);
                extensions.push(purposes.to_extension(subject, &extensions)?);
                extensions.push(alternatives.to_extension(subject, &extensions)?);
            }
        }
        Ok(extensions)
    }
}
