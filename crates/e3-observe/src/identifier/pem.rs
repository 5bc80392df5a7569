//! Certificates in files (RFC 7468).

use data_encoding::BASE64;

use super::{Identifier, nebula, x509};

/// What stands before and behind what a label names.
const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";

/// The certificates of a party in a file of its: those of X.509 and Nebula's. What else stands there is passed over.
#[must_use]
pub fn pem(party: usize, name: &str, text: &str) -> Vec<Identifier> {
    let blocks = text.split(BEGIN).skip(1);
    let read = |block: &str| {
        let (label, rest) = block.split_once("-----")?;
        let (body, _) = rest.split_once(END)?;
        let body: String = body.split_ascii_whitespace().collect();
        let bytes = BASE64.decode(body.as_bytes()).ok()?;
        match label {
            "CERTIFICATE" => Some(x509(party, name, &bytes)),
            "NEBULA CERTIFICATE" | "NEBULA CERTIFICATE V2" => Some(nebula(party, name, &bytes)),
            _ => None,
        }
    };
    blocks.filter_map(read).flatten().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::identifier::{Kind, Value};

    #[test]
    fn keys_are_passed_over_and_certificates_are_read() {
        let text = concat!(
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n",
        );
        assert!(pem(0, "anna", text).is_empty());
        let certificate = crate::identifier::introduced::tests::host("anna");
        let text = certificate.to_pem();
        let found = pem(3, "anna", &text);
        assert_eq!(found[0].kind, Kind::Certificate);
        assert_eq!(found[0].value, Value::Bytes(certificate.encode()));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(-----(BEGIN|END) |CERTIFICATE|-----|[A-Za-z=\n]){0,20}") {
            let _ = pem(0, "anna", &text);
        }
    }
}
