//! Certificates and lists as text (RFC 7468).

use x509_cert::der::pem::{LineEnding, decode_vec, encode_string};

use super::CertificateError;

const CERTIFICATE: &str = "CERTIFICATE";

/// A certificate as PEM, from its DER.
pub fn certificate_pem(der: &[u8]) -> String {
    pem(CERTIFICATE, der)
}

/// A revocation list as PEM, from its DER.
pub fn crl_pem(der: &[u8]) -> String {
    pem("X509 CRL", der)
}

/// A certificate as DER, from its PEM.
pub fn certificate_of_pem(text: &str) -> Result<Vec<u8>, CertificateError> {
    let form = |why: String| CertificateError::Form {
        what: "the authority's certificate",
        why,
    };
    match decode_vec(text.as_bytes()) {
        Ok((CERTIFICATE, der)) => Ok(der),
        Ok((label, _)) => Err(form(format!("it is {label}, expected {CERTIFICATE}"))),
        Err(error) => Err(form(error.to_string())),
    }
}

/// The encoder refuses only labels that are none.
fn pem(label: &str, der: &[u8]) -> String {
    encode_string(label, LineEnding::LF, der).unwrap_or_default()
}
