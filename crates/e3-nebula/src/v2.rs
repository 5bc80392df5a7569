//! Version 2: ASN.1 in DER, with tags of its own.
//!
//! `30 { a0 details, 82 public key, 83 signature }`; a curve (`81`) would be another than Curve25519.

use std::net::IpAddr;

use crate::{
    CertificateError as Error, Details, Fingerprint, Network,
    reader::{Reader, exactly, text},
};

const SEQUENCE: u8 = 0x30;
const DETAILS: u8 = 0xa0;
const CURVE: u8 = 0x81;
const PUBLIC_KEY: u8 = 0x82;
const SIGNATURE: u8 = 0x83;

const NAME: u8 = 0x80;
const NETWORKS: u8 = 0xa1;
const UNSAFE_NETWORKS: u8 = 0xa2;
const GROUPS: u8 = 0xa3;
const IS_CA: u8 = 0x84;
const NOT_BEFORE: u8 = 0x85;
const NOT_AFTER: u8 = 0x86;
const ISSUER: u8 = 0x87;

const OCTET_STRING: u8 = 0x04;
const UTF8_STRING: u8 = 0x0c;

/// Curve25519's number, which is signed, too.
const CURVE25519: u8 = 0;

/// What is signed.
pub(crate) fn signed(of: &Details) -> Vec<u8> {
    let mut out = details(of);
    out.push(CURVE25519);
    out.extend_from_slice(&of.public_key);
    out
}

/// The whole certificate.
pub(crate) fn encode(of: &Details, signature: &[u8; 64]) -> Vec<u8> {
    let mut inner = details(of);
    element(&mut inner, PUBLIC_KEY, &of.public_key);
    element(&mut inner, SIGNATURE, signature);
    let mut out = Vec::new();
    element(&mut out, SEQUENCE, &inner);
    out
}

/// The parts of a certificate, however they were encoded.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Details, [u8; 64]), Error> {
    let mut outer = Reader::new(bytes);
    let mut reader = Reader::new(wanted(&mut outer, SEQUENCE, "envelope")?);
    outer.end("end")?;
    let mut details = read_details(wanted(&mut reader, DETAILS, "details")?)?;
    if reader.peek() == Some(CURVE) {
        return Err(Error::Curve);
    }
    let key = wanted(&mut reader, PUBLIC_KEY, "public key")?;
    details.public_key = exactly(key, "public key")?;
    let signature = exactly(wanted(&mut reader, SIGNATURE, "signature")?, "signature")?;
    reader.end("end")?;
    Ok((details, signature))
}

fn details(details: &Details) -> Vec<u8> {
    let mut inner = Vec::new();
    element(&mut inner, NAME, details.name.as_bytes());
    networks(&mut inner, NETWORKS, &details.networks);
    networks(&mut inner, UNSAFE_NETWORKS, &details.unsafe_networks);
    if !details.groups.is_empty() {
        let mut groups = Vec::new();
        for group in &details.groups {
            element(&mut groups, UTF8_STRING, group.as_bytes());
        }
        element(&mut inner, GROUPS, &groups);
    }
    if details.is_ca {
        element(&mut inner, IS_CA, &[0xff]);
    }
    integer(&mut inner, NOT_BEFORE, details.not_before);
    integer(&mut inner, NOT_AFTER, details.not_after);
    if let Some(issuer) = &details.issuer {
        element(&mut inner, ISSUER, &issuer.0);
    }
    let mut out = Vec::new();
    element(&mut out, DETAILS, &inner);
    out
}

fn read_details(bytes: &[u8]) -> Result<Details, Error> {
    let mut reader = Reader::new(bytes);
    let name = text(wanted(&mut reader, NAME, "name")?, "name")?;
    let networks = read_networks(&mut reader, NETWORKS)?;
    let unsafe_networks = read_networks(&mut reader, UNSAFE_NETWORKS)?;
    let mut groups = Vec::new();
    if let Some(bytes) = optional(&mut reader, GROUPS, "groups")? {
        let mut each = Reader::new(bytes);
        while !each.is_empty() {
            groups.push(text(wanted(&mut each, UTF8_STRING, "group")?, "group")?);
        }
    }
    let is_ca = match optional(&mut reader, IS_CA, "kind")? {
        None => false,
        Some([0xff]) => true,
        Some(_) => return Err(Error::NotCanonical),
    };
    let not_before = read_integer(wanted(&mut reader, NOT_BEFORE, "times")?)?;
    let not_after = read_integer(wanted(&mut reader, NOT_AFTER, "times")?)?;
    let issuer = match optional(&mut reader, ISSUER, "issuer")? {
        None => None,
        Some(bytes) => Some(Fingerprint(exactly(bytes, "issuer")?)),
    };
    reader.end("details")?;
    Ok(Details {
        name,
        networks,
        unsafe_networks,
        groups,
        is_ca,
        not_before,
        not_after,
        issuer,
        public_key: [0; 32],
    })
}

/// Octet strings: an address, and a byte for the prefix.
fn networks(out: &mut Vec<u8>, tag: u8, networks: &[Network]) {
    if networks.is_empty() {
        return;
    }
    let mut inner = Vec::new();
    for network in networks {
        let mut bytes = match network.address() {
            IpAddr::V4(four) => four.octets().to_vec(),
            IpAddr::V6(six) => six.octets().to_vec(),
        };
        bytes.push(network.prefix());
        element(&mut inner, OCTET_STRING, &bytes);
    }
    element(out, tag, &inner);
}

fn read_networks(reader: &mut Reader<'_>, tag: u8) -> Result<Vec<Network>, Error> {
    const OF: &str = "networks";
    let mut networks = Vec::new();
    let Some(bytes) = optional(reader, tag, OF)? else {
        return Ok(networks);
    };
    let mut each = Reader::new(bytes);
    while !each.is_empty() {
        let bytes = wanted(&mut each, OCTET_STRING, OF)?;
        let (prefix, address) = bytes.split_last().ok_or(Error::Malformed(OF))?;
        let address = match address.len() {
            4 => IpAddr::from(exactly::<4>(address, OF)?),
            16 => IpAddr::from(exactly::<16>(address, OF)?),
            _ => return Err(Error::Malformed(OF)),
        };
        networks.push(Network::new(address, *prefix).ok_or(Error::Malformed(OF))?);
    }
    Ok(networks)
}

/// An integer of as few bytes as it takes; a leading zero keeps it from being negative.
fn integer(out: &mut Vec<u8>, tag: u8, value: u64) {
    let bytes = value.to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(7);
    let mut content = Vec::new();
    if bytes[first] & 0x80 != 0 {
        content.push(0);
    }
    content.extend_from_slice(&bytes[first..]);
    element(out, tag, &content);
}

/// Below 2^63, which eight bytes have room for.
fn read_integer(bytes: &[u8]) -> Result<u64, Error> {
    if bytes.is_empty() || bytes.len() > 8 || bytes[0] & 0x80 != 0 {
        return Err(Error::Malformed("times"));
    }
    Ok(bytes
        .iter()
        .fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

fn element(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    let bytes = content.len().to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    match &bytes[zeros..] {
        [] => out.push(0),
        [length] if *length < 0x80 => out.push(*length),
        length => {
            // A length has eight bytes at most.
            out.push(0x80 | u8::try_from(length.len()).unwrap_or_default());
            out.extend_from_slice(length);
        }
    }
    out.extend_from_slice(content);
}

fn wanted<'a>(reader: &mut Reader<'a>, tag: u8, of: &'static str) -> Result<&'a [u8], Error> {
    if reader.byte(of)? != tag {
        return Err(Error::Malformed(of));
    }
    let first = reader.byte(of)?;
    let length = match first {
        0..=0x7f => usize::from(first),
        // What is longer than a certificate may be needs more bytes than these.
        0x81..=0x83 => {
            let bytes = reader.take(usize::from(first & 0x7f), of)?;
            bytes
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte))
        }
        _ => return Err(Error::Malformed(of)),
    };
    reader.take(length, of)
}

fn optional<'a>(
    reader: &mut Reader<'a>,
    tag: u8,
    of: &'static str,
) -> Result<Option<&'a [u8]>, Error> {
    if reader.peek() != Some(tag) {
        return Ok(None);
    }
    wanted(reader, tag, of).map(Some)
}
