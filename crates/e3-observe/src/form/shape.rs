//! What an identifier's bytes are, before they are written.

use std::{fmt, net::IpAddr};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::address;
use crate::identifier::{Algorithm, Value};

/// What an identifier's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// Those that it has: of a text, UTF-8.
    Plain,
    /// A text in UTF-16, the more significant byte first.
    Utf16Big,
    /// A text in UTF-16, the less significant byte first.
    Utf16Little,
    /// A text as JSON may write it: `/` behind a backslash.
    JsonSlash,
    /// A text as JSON may write it: what is not ASCII as `\u…`.
    JsonUnicode,
    /// A text in a URL: what is not unreserved as `%…` (RFC 3986), in capitals.
    PercentUpper,
    /// The same in small letters.
    PercentLower,
    /// A text with dots as labels of DNS (RFC 1035, section 3.1), each after its length.
    Labels,
    /// A key in DER with its algorithm (`SubjectPublicKeyInfo`, RFC 5280).
    Der,
    /// A key behind its number in multicodec, as in a `did:key`.
    Multicodec,
    /// A key of P-256 as a compressed point.
    Compressed,
    /// Of a key of P-256 the x coordinate.
    Coordinate,
    /// A key with its bytes in reversed order.
    Reversed,
    /// SHA-256 of it.
    Digest,
    /// SHA-256 of a key in DER.
    DerDigest,
    /// Its hexadecimal digits, as a text that is written in its turn.
    Hex,
    /// An address as text.
    Address,
    /// An address's bytes, the most significant first.
    Octets,
    /// An address's bytes, the least significant first.
    ReversedOctets,
    /// An address of IPv4 in one of IPv6 (RFC 4291, section 2.5.5.2).
    Mapped,
    /// An address as STUN hides it from NATs (RFC 8489, section 14.2).
    Xored,
    /// An address of IPv4 as a number of Protocol Buffers.
    Varint,
    /// An address as a name for a reverse look-up (RFC 1035, section 3.5).
    Arpa,
    /// The same as labels of DNS.
    ArpaLabels,
}

/// Every shape of a value.
pub(super) fn shapes(value: &Value) -> Vec<(Shape, Vec<u8>)> {
    match value {
        Value::Text(text) => of_text(text),
        Value::Bytes(bytes) => with_hex(vec![
            (Shape::Plain, bytes.clone()),
            (Shape::Digest, Sha256::digest(bytes).to_vec()),
        ]),
        Value::Key(algorithm, key) => of_key(*algorithm, key),
        Value::Address(address) => of_address(*address),
    }
}

fn of_text(text: &str) -> Vec<(Shape, Vec<u8>)> {
    let units = || text.encode_utf16();
    let mut all = vec![
        (Shape::Plain, text.as_bytes().to_vec()),
        (
            Shape::Utf16Big,
            units().flat_map(u16::to_be_bytes).collect(),
        ),
        (
            Shape::Utf16Little,
            units().flat_map(u16::to_le_bytes).collect(),
        ),
        (Shape::JsonSlash, text.replace('/', "\\/").into_bytes()),
        (Shape::JsonUnicode, json(text).into_bytes()),
        (
            Shape::PercentUpper,
            percent(text, |byte| format!("%{byte:02X}")),
        ),
        (
            Shape::PercentLower,
            percent(text, |byte| format!("%{byte:02x}")),
        ),
    ];
    all.extend(labels(text).map(|labels| (Shape::Labels, labels)));
    with_hex(all)
}

fn of_key(algorithm: Algorithm, key: &[u8]) -> Vec<(Shape, Vec<u8>)> {
    let der = [algorithm.der(), key].concat();
    let mut all = vec![
        (Shape::Plain, key.to_vec()),
        (Shape::Der, der.clone()),
        (Shape::Reversed, key.iter().rev().copied().collect()),
        (Shape::Digest, Sha256::digest(key).to_vec()),
        (Shape::DerDigest, Sha256::digest(&der).to_vec()),
    ];
    let point = match (algorithm, key.get(1..33), key.last()) {
        (Algorithm::P256, Some(x), Some(y)) => {
            let compressed = [&[2 + (y & 1)][..], x].concat();
            all.push((Shape::Coordinate, x.to_vec()));
            all.push((Shape::Compressed, compressed.clone()));
            compressed
        }
        _ => key.to_vec(),
    };
    let named = [algorithm.multicodec(), &point].concat();
    all.push((Shape::Multicodec, named));
    with_hex(all)
}

fn of_address(address: IpAddr) -> Vec<(Shape, Vec<u8>)> {
    let octets = address::octets(address);
    let arpa = address::arpa(address);
    let text = address.to_string();
    let units = || text.encode_utf16();
    let mut all = vec![
        (Shape::Address, text.clone().into_bytes()),
        (
            Shape::Utf16Big,
            units().flat_map(u16::to_be_bytes).collect(),
        ),
        (
            Shape::Utf16Little,
            units().flat_map(u16::to_le_bytes).collect(),
        ),
        (
            Shape::ReversedOctets,
            octets.iter().rev().copied().collect(),
        ),
        (Shape::Arpa, arpa.clone().into_bytes()),
    ];
    all.extend(labels(&arpa).map(|labels| (Shape::ArpaLabels, labels)));
    if let IpAddr::V4(four) = address {
        all.push((Shape::Mapped, four.to_ipv6_mapped().octets().to_vec()));
        all.push((Shape::Xored, address::xored(four).to_vec()));
        all.push((Shape::Varint, address::varint(four)));
    }
    // The shortest last, so that what contains it keeps its own name.
    all.push((Shape::Octets, octets));
    all
}

/// The same, and what has no structure of its own also as hexadecimal digits.
fn with_hex(mut all: Vec<(Shape, Vec<u8>)>) -> Vec<(Shape, Vec<u8>)> {
    let plain = all.iter().find(|(shape, _)| *shape == Shape::Plain);
    let digits = plain.map(|(_, bytes)| HEXLOWER.encode(bytes).into_bytes());
    all.extend(digits.map(|digits| (Shape::Hex, digits)));
    all
}

/// As JSON writes it where it keeps to ASCII (RFC 8259, section 7).
fn json(text: &str) -> String {
    let mut written = String::new();
    for character in text.chars() {
        if character.is_ascii() {
            written.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                written.extend(["\\u".to_owned(), format!("{unit:04x}")]);
            }
        }
    }
    written
}

/// As a part of a URL, where all but unreserved characters are escaped (RFC 3986, section 2.3).
fn percent(text: &str, escape: impl Fn(u8) -> String) -> Vec<u8> {
    let mut written = Vec::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            written.push(byte);
        } else {
            written.extend(escape(byte).into_bytes());
        }
    }
    written
}

/// A name's labels, each after its length; none where it has no dots, or could not be one of DNS.
fn labels(name: &str) -> Option<Vec<u8>> {
    if !name.contains('.') {
        return None;
    }
    let mut all = Vec::new();
    for label in name.split('.') {
        let length = u8::try_from(label.len()).ok();
        all.push(length.filter(|length| (1..=63).contains(length))?);
        all.extend(label.bytes());
    }
    Some(all)
}

impl Algorithm {
    /// What stands before the key in DER.
    fn der(self) -> &'static [u8] {
        match self {
            // RFC 8410.
            Self::Ed25519 => &[0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 33, 0],
            Self::X25519 => &[0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 3, 33, 0],
            // RFC 5480.
            Self::P256 => &[
                0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86,
                0x48, 0xce, 0x3d, 3, 1, 7, 3, 0x42, 0,
            ],
        }
    }

    /// Its number in multicodec, as a varint.
    fn multicodec(self) -> &'static [u8] {
        match self {
            Self::Ed25519 => &[0xed, 0x01],
            Self::X25519 => &[0xec, 0x01],
            Self::P256 => &[0x80, 0x24],
        }
    }
}

/// `DER`.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Utf16Big => "UTF-16 (big end first)",
            Self::Utf16Little => "UTF-16 (little end first)",
            Self::JsonSlash | Self::JsonUnicode => "escaped as in JSON",
            Self::PercentUpper => "escaped as in URLs",
            Self::PercentLower => "escaped as in URLs (small letters)",
            Self::Labels => "as labels of DNS",
            Self::Der => "DER",
            Self::Multicodec => "multicodec",
            Self::Compressed => "as a compressed point",
            Self::Coordinate => "as a coordinate",
            Self::Reversed => "in reversed byte order",
            Self::Digest => "its SHA-256",
            Self::DerDigest => "SHA-256 of its DER",
            Self::Hex => "hexadecimal",
            Self::Address => "as text",
            Self::Octets => "as bytes",
            Self::ReversedOctets => "as bytes in reversed order",
            Self::Mapped => "as an address of IPv6",
            Self::Xored => "as STUN hides it",
            Self::Varint => "as a number of Protocol Buffers",
            Self::Arpa => "as a name for a reverse look-up",
            Self::ArpaLabels => "as labels for a reverse look-up",
        })
    }
}
