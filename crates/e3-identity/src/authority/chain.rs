//! What the others check: that a certificate is an authority's, and for whom.

use ed25519_dalek::VerifyingKey;
use x509_cert::{
    Certificate,
    der::{Decode as _, Encode as _},
    ext::pkix::{BasicConstraints, SubjectAltName, name::GeneralName},
};

use super::{CertificateError, draft::ED25519, keys::key_of, request::shown};
use crate::{Did, KeyId, Signature, Validity, introduction::SKEW};

/// Bytes that a certificate may have: a DID may have 4,096.
const MOST: usize = 8 * 1024;

/// What a party's certificate and its authority's are called in errors.
const LEAF: &str = "the certificate";
const ROOT: &str = "the authority's certificate";

/// What a certificate is called by which an authority vouches for another.
const VOUCHER: &str = "the certificate between";

/// What a certificate has to be.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// By which authority.
    pub authority: &'a Did,
    /// For whom.
    pub subject: &'a Did,
    /// Under which name.
    pub name: &'a str,
    /// For which key, that whoever uses the certificate holds.
    pub key: &'a [u8; 32],
    /// When, in Unix seconds.
    pub now: u64,
}

/// A party's certificate and its authority's, both as DER, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certified {
    /// The party's.
    pub leaf: Vec<u8>,
    /// The authority's own, which programs are told to trust.
    pub root: Vec<u8>,
}

/// Checks a party's certificate and its authority's, in this order, as DER. Between the two may stand one by which the
/// expected authority [vouches](super::Authority::vouch) for the one that the last is of: then that is trusted in its
/// place, and what the expected authority has certified elsewhere is not.
pub fn check_chain(
    chain: &[impl AsRef<[u8]>],
    expected: &Expected<'_>,
) -> Result<Certified, CertificateError> {
    let authority = authority_key(expected.authority)?;
    let (leaf, root, issuer) = match chain {
        [leaf, root] => (leaf, root, authority),
        [leaf, voucher, root] => {
            let voucher = read(VOUCHER, voucher.as_ref())?;
            check_authority(VOUCHER, &voucher, &authority, expected.now)?;
            let tbs = voucher.tbs_certificate();
            (leaf, root, key_of(VOUCHER, tbs.subject_public_key_info())?)
        }
        _ => return Err(CertificateError::Count { found: chain.len() }),
    };
    let read_root = read(ROOT, root.as_ref())?;
    let read_leaf = read(LEAF, leaf.as_ref())?;
    let root_key = key_of(ROOT, read_root.tbs_certificate().subject_public_key_info())?;
    let named = read_root.tbs_certificate().subject();
    if root_key != issuer || read_leaf.tbs_certificate().issuer() != named {
        return Err(CertificateError::OtherAuthority {
            authority: expected.authority.clone(),
        });
    }
    check_authority(ROOT, &read_root, &issuer, expected.now)?;
    check_leaf(&read_leaf, &issuer, expected)?;
    Ok(Certified {
        leaf: leaf.as_ref().to_vec(),
        root: root.as_ref().to_vec(),
    })
}

/// The key of an authority.
fn authority_key(authority: &Did) -> Result<VerifyingKey, CertificateError> {
    let none = || CertificateError::NoAuthorityKey {
        authority: authority.clone(),
    };
    let document = authority.document().map_err(|_| none())?;
    // A `did:key` has one, which has no name.
    let key = document.signing_key(&KeyId::default());
    key.copied().map_err(|_| none())
}

/// That it is an authority's certificate, by that key, and good now.
fn check_authority(
    what: &'static str,
    certificate: &Certificate,
    by: &VerifyingKey,
    now: u64,
) -> Result<(), CertificateError> {
    check_common(what, certificate, by, now)?;
    if !may_issue(what, certificate)? {
        return Err(CertificateError::Usage {
            what,
            lacks: "is none of an authority",
        });
    }
    Ok(())
}

fn check_leaf(
    leaf: &Certificate,
    authority: &VerifyingKey,
    expected: &Expected<'_>,
) -> Result<(), CertificateError> {
    check_common(LEAF, leaf, authority, expected.now)?;
    if may_issue(LEAF, leaf)? {
        return Err(CertificateError::Usage {
            what: LEAF,
            lacks: "could issue others",
        });
    }
    let found = names(leaf)?;
    let wanted = [expected.name.to_owned(), expected.subject.to_string()];
    let kinds = matches!(
        found.as_slice(),
        [
            GeneralName::DnsName(_),
            GeneralName::UniformResourceIdentifier(_)
        ]
    );
    let texts: Vec<String> = found.iter().map(shown).collect();
    if !kinds || texts != wanted {
        return Err(CertificateError::OtherName {
            expected: wanted.join(", "),
            found: texts.join(", "),
        });
    }
    let key = key_of(LEAF, leaf.tbs_certificate().subject_public_key_info())?;
    if key.as_bytes() != expected.key {
        return Err(CertificateError::OtherKey);
    }
    Ok(())
}

fn read(what: &'static str, der: &[u8]) -> Result<Certificate, CertificateError> {
    if der.len() > MOST {
        return Err(CertificateError::TooLong {
            what,
            found: der.len(),
            most: MOST,
        });
    }
    Certificate::from_der(der).map_err(CertificateError::form(what))
}

/// Signature and time.
fn check_common(
    what: &'static str,
    certificate: &Certificate,
    by: &VerifyingKey,
    now: u64,
) -> Result<(), CertificateError> {
    let tbs = certificate.tbs_certificate();
    let signed = tbs.to_der().map_err(CertificateError::form(what))?;
    let plain = certificate.signature_algorithm().oid == ED25519;
    let signature = certificate.signature().as_bytes();
    let good = match signature.map(<[u8; 64]>::try_from) {
        Some(Ok(signature)) if plain => Signature(signature).is_by(by, &signed),
        _ => false,
    };
    if !good {
        return Err(CertificateError::Signature {
            what,
            by: "the authority",
        });
    }
    let Validity {
        not_before,
        not_after,
    } = validity_of(certificate);
    if now.saturating_add(SKEW) < not_before || now > not_after {
        return Err(CertificateError::Time {
            what,
            not_before,
            not_after,
            now,
        });
    }
    Ok(())
}

/// How long a certificate is good.
pub(super) fn validity_of(certificate: &Certificate) -> Validity {
    let validity = certificate.tbs_certificate().validity();
    Validity {
        not_before: validity.not_before.to_unix_duration().as_secs(),
        not_after: validity.not_after.to_unix_duration().as_secs(),
    }
}

/// Whether a certificate can issue others.
fn may_issue(what: &'static str, certificate: &Certificate) -> Result<bool, CertificateError> {
    let constraints = certificate
        .tbs_certificate()
        .get_extension::<BasicConstraints>()
        .map_err(CertificateError::form(what))?;
    Ok(constraints.is_some_and(|(_, constraints)| constraints.ca))
}

fn names(certificate: &Certificate) -> Result<Vec<GeneralName>, CertificateError> {
    let names = certificate
        .tbs_certificate()
        .get_extension::<SubjectAltName>()
        .map_err(CertificateError::form(LEAF))?;
    Ok(names.map(|(_, names)| names.0).unwrap_or_default())
}
