//! X.509's own list of what is no longer good (RFC 5280, section 5).

use x509_cert::{
    Version,
    crl::{CertificateList, RevokedCert, TbsCertList},
    der::{
        Encode as _,
        asn1::{BitString, Uint},
        referenced::OwnedToRef as _,
    },
    ext::{
        ToExtension as _,
        pkix::{AuthorityKeyIdentifier, CrlNumber},
    },
    name::Name,
    serial_number::SerialNumber,
    spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned},
};

use super::{
    CertificateError,
    draft::{ED25519, time},
};
use crate::{IdentityKey, RevocationList};

const WHAT: &str = "the revocation list";

/// The same list as X.509 has it, DER. Everything in it counts as revoked when the list was issued.
pub(super) fn write(
    list: &RevocationList,
    issuer: &Name,
    key: &IdentityKey,
) -> Result<Vec<u8>, CertificateError> {
    let since = time(list.issued)?;
    let mut revoked: Vec<RevokedCert> = Vec::with_capacity(list.serials.len());
    for serial in &list.serials {
        revoked.push(RevokedCert {
            serial_number: SerialNumber::new(&serial.0)
                .map_err(CertificateError::unwritable(WHAT))?,
            revocation_date: since,
            crl_entry_extensions: None,
        });
    }
    let algorithm = AlgorithmIdentifierOwned {
        oid: ED25519,
        parameters: None,
    };
    let signer = SubjectPublicKeyInfoOwned::from_key(&key.verifying_key())
        .map_err(CertificateError::unwritable(WHAT))?;
    let mut extensions = Vec::new();
    let number =
        Uint::new(&list.number.to_be_bytes()).map_err(CertificateError::unwritable(WHAT))?;
    let identifier = AuthorityKeyIdentifier::try_from(signer.owned_to_ref())
        .map_err(CertificateError::unwritable(WHAT))?;
    extensions.push(
        identifier
            .to_extension(issuer, &extensions)
            .map_err(CertificateError::unwritable(WHAT))?,
    );
    extensions.push(
        CrlNumber(number)
            .to_extension(issuer, &extensions)
            .map_err(CertificateError::unwritable(WHAT))?,
    );
    let tbs_cert_list = TbsCertList {
        version: Version::V2,
        signature: algorithm.clone(),
        issuer: issuer.clone(),
        this_update: since,
        next_update: Some(time(list.next_update)?),
        // An empty list must not be there at all (RFC 5280, section 5.1.2.6).
        revoked_certificates: (!revoked.is_empty()).then_some(revoked),
        crl_extensions: Some(extensions),
    };
    let bytes = tbs_cert_list
        .to_der()
        .map_err(CertificateError::unwritable(WHAT))?;
    let signature = BitString::from_bytes(&key.sign_bytes(&bytes).0)
        .map_err(CertificateError::unwritable(WHAT))?;
    let list = CertificateList {
        tbs_cert_list,
        signature_algorithm: algorithm,
        signature,
    };
    list.to_der().map_err(CertificateError::unwritable(WHAT))
}
