//! Key files: PKCS#8 version 1 (RFC 5958, RFC 8410) as PEM (RFC 7468).

use base64ct::{Base64, Encoding as _};
use thiserror::Error;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// What stands before an Ed25519 key: a sequence of version 0, the algorithm 1.3.101.112, and an octet string in another.
const PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Why a text is no key file. No variant holds any of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PemError {
    /// Not the two lines around a private key.
    #[error("expected one key between `{BEGIN}` and `{END}`")]
    Lines,
    /// No base64 between them.
    #[error("expected base64 between the first and the last line")]
    Base64,
    /// Another kind of key, or another version of the container.
    #[error(
        "expected an unencrypted Ed25519 key in PKCS#8 version 1, as `openssl genpkey -algorithm ed25519` writes it"
    )]
    Kind,
}

pub(crate) fn encode(key: &Zeroizing<[u8; 32]>) -> Zeroizing<String> {
    let line = Zeroizing::new(Base64::encode_string(&der(key)));
    Zeroizing::new([BEGIN, "\n", &line, "\n", END, "\n"].concat())
}

pub(crate) fn der(key: &Zeroizing<[u8; 32]>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([&PREFIX[..], &key[..]].concat())
}

pub(crate) fn decode(text: &str) -> Result<Zeroizing<[u8; 32]>, PemError> {
    let inner = text
        .trim()
        .strip_prefix(BEGIN)
        .and_then(|rest| rest.strip_suffix(END))
        .ok_or(PemError::Lines)?;
    // Of the right size from the start: a string that grows would leave copies behind.
    let mut line = Zeroizing::new(String::with_capacity(inner.len()));
    line.extend(inner.split_ascii_whitespace());
    let der = Base64::decode_vec(&line).map_err(|_| PemError::Base64)?;
    let der = Zeroizing::new(der);
    let key = der.strip_prefix(&PREFIX).ok_or(PemError::Kind)?;
    let key: &[u8; 32] = key.try_into().map_err(|_| PemError::Kind)?;
    Ok(Zeroizing::new(*key))
}
