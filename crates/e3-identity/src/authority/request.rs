//! Certification requests (PKCS #10, RFC 2986).

use ed25519_dalek::VerifyingKey;
use x509_cert::{
    builder::Builder as _,
    der::{Decode as _, Encode as _, asn1::BitString},
    ext::pkix::{SubjectAltName, name::GeneralName},
    name::Name,
    request::{CertReq, ExtensionReq, RequestBuilder},
};

use super::{
    CertificateError,
    draft::{ED25519, Signer},
    keys::key_of,
    profile::did_name,
};
use crate::{Did, IdentityKey, Signature};

/// Bytes that a request may have: a DID may have 4,096.
const MOST: usize = 8 * 1024;

const WHAT: &str = "the certification request";

/// The request of that DID for this key.
pub(super) fn write(key: &IdentityKey, did: &Did) -> Result<Vec<u8>, CertificateError> {
    let signer = Signer(key.verifying_key());
    let mut builder =
        RequestBuilder::new(Name::default()).map_err(CertificateError::unwritable(WHAT))?;
    builder
        .add_extension(&SubjectAltName(vec![did_name(did)?]))
        .map_err(CertificateError::unwritable(WHAT))?;
    let bytes = builder
        .finalize(&signer)
        .map_err(CertificateError::unwritable(WHAT))?;
    let signature = BitString::from_bytes(&key.sign_bytes(&bytes).0)
        .map_err(CertificateError::unwritable(WHAT))?;
    let request = builder
        .assemble(signature, &signer)
        .map_err(CertificateError::unwritable(WHAT))?;
    request.to_der().map_err(CertificateError::unwritable(WHAT))
}

/// Reads the request of a DID (DER): the key that it is for, of which whoever made it has proved possession.
pub fn read_request(der: &[u8], did: &Did) -> Result<[u8; 32], CertificateError> {
    read(der, did).map(|key| key.to_bytes())
}

pub(super) fn read(der: &[u8], did: &Did) -> Result<VerifyingKey, CertificateError> {
    if der.len() > MOST {
        return Err(CertificateError::TooLong {
            what: WHAT,
            found: der.len(),
            most: MOST,
        });
    }
    let request = CertReq::from_der(der).map_err(CertificateError::form(WHAT))?;
    let key = key_of(WHAT, &request.info.public_key)?;
    let signed = request
        .info
        .to_der()
        .map_err(CertificateError::form(WHAT))?;
    let signature = request.signature.as_bytes().map(<[u8; 64]>::try_from);
    let by_itself = match signature {
        Some(Ok(signature)) => Signature(signature).is_by(&key, &signed),
        _ => false,
    };
    if request.algorithm.oid != ED25519 || !by_itself {
        return Err(CertificateError::Signature {
            what: WHAT,
            by: "the key that it is for",
        });
    }
    let found = names(&request)?;
    if found != [did_name(did)?] {
        return Err(CertificateError::OtherName {
            expected: did.to_string(),
            found: found.iter().map(shown).collect::<Vec<_>>().join(", "),
        });
    }
    Ok(key)
}

/// The names that a request asks for.
fn names(request: &CertReq) -> Result<Vec<GeneralName>, CertificateError> {
    let mut names = Vec::new();
    for attribute in request.info.attributes.iter() {
        if attribute.oid != <ExtensionReq as x509_cert::der::oid::AssociatedOid>::OID {
            continue;
        }
        for value in attribute.values.iter() {
            let asked: ExtensionReq = value.decode_as().map_err(CertificateError::form(WHAT))?;
            for extension in asked.0 {
                let bytes = extension.extn_value.as_bytes();
                if extension.extn_id == <SubjectAltName as x509_cert::der::oid::AssociatedOid>::OID
                {
                    let alternatives =
                        SubjectAltName::from_der(bytes).map_err(CertificateError::form(WHAT))?;
                    names.extend(alternatives.0);
                }
            }
        }
    }
    Ok(names)
}

/// A name for a person.
pub(super) fn shown(name: &GeneralName) -> String {
    match name {
        GeneralName::DnsName(text) | GeneralName::UniformResourceIdentifier(text) => {
            text.to_string()
        }
        other => format!("{other:?}"),
    }
}
