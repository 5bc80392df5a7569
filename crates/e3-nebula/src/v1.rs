//! Version 1: protobuf, `Cert{1: details, 2: signature}`.
//!
//! Fields stand in the order of their numbers, and what is empty is left out.

use std::net::{IpAddr, Ipv4Addr};

use crate::{
    CertificateError as Error, Details, Fingerprint, Network,
    reader::{Reader, exactly, text},
};

const NAME: u32 = 1;
const NETWORKS: u32 = 2;
const UNSAFE_NETWORKS: u32 = 3;
const GROUP: u32 = 4;
const NOT_BEFORE: u32 = 5;
const NOT_AFTER: u32 = 6;
const PUBLIC_KEY: u32 = 7;
const IS_CA: u32 = 8;
const ISSUER: u32 = 9;
const CURVE: u32 = 100;

/// A number of variable length, and bytes after their length: protobuf's kinds of fields that occur.
const VARINT: u32 = 0;
const BYTES: u32 = 2;

/// What is signed.
pub(crate) fn details(details: &Details) -> Vec<u8> {
    let mut out = Vec::new();
    bytes_field(&mut out, NAME, details.name.as_bytes());
    bytes_field(&mut out, NETWORKS, &pairs(&details.networks));
    bytes_field(&mut out, UNSAFE_NETWORKS, &pairs(&details.unsafe_networks));
    for group in &details.groups {
        bytes_field(&mut out, GROUP, group.as_bytes());
    }
    number_field(&mut out, NOT_BEFORE, details.not_before);
    number_field(&mut out, NOT_AFTER, details.not_after);
    bytes_field(&mut out, PUBLIC_KEY, &details.public_key);
    number_field(&mut out, IS_CA, details.is_ca.into());
    if let Some(issuer) = &details.issuer {
        bytes_field(&mut out, ISSUER, &issuer.0);
    }
    out
}

/// The whole certificate.
pub(crate) fn encode(of: &Details, signature: &[u8; 64]) -> Vec<u8> {
    let mut out = Vec::new();
    bytes_field(&mut out, 1, &details(of));
    bytes_field(&mut out, 2, signature);
    out
}

/// The parts of a certificate, however they were encoded.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Details, [u8; 64]), Error> {
    let mut reader = Reader::new(bytes);
    let (mut details, mut signature) = (None, None);
    while !reader.is_empty() {
        match field(&mut reader)? {
            (1, Field::Bytes(bytes)) => details = Some(read_details(bytes)?),
            (2, Field::Bytes(bytes)) => signature = Some(exactly(bytes, "signature")?),
            _ => return Err(Error::NotCanonical),
        }
    }
    let details = details.ok_or(Error::Malformed("details"))?;
    Ok((details, signature.ok_or(Error::Malformed("signature"))?))
}

fn read_details(bytes: &[u8]) -> Result<Details, Error> {
    let mut reader = Reader::new(bytes);
    let mut details = Details {
        name: String::new(),
        networks: Vec::new(),
        unsafe_networks: Vec::new(),
        groups: Vec::new(),
        is_ca: false,
        not_before: 0,
        not_after: 0,
        issuer: None,
        public_key: [0; 32],
    };
    let mut key = None;
    while !reader.is_empty() {
        match field(&mut reader)? {
            (NAME, Field::Bytes(bytes)) => details.name = text(bytes, "name")?,
            (NETWORKS, Field::Bytes(bytes)) => details.networks = read_pairs(bytes)?,
            (UNSAFE_NETWORKS, Field::Bytes(bytes)) => details.unsafe_networks = read_pairs(bytes)?,
            (GROUP, Field::Bytes(bytes)) => details.groups.push(text(bytes, "group")?),
            (NOT_BEFORE, Field::Number(seconds)) => details.not_before = seconds,
            (NOT_AFTER, Field::Number(seconds)) => details.not_after = seconds,
            (PUBLIC_KEY, Field::Bytes(bytes)) => key = Some(exactly(bytes, "public key")?),
            (IS_CA, Field::Number(1)) => details.is_ca = true,
            (ISSUER, Field::Bytes(bytes)) => {
                details.issuer = Some(Fingerprint(exactly(bytes, "issuer")?));
            }
            (CURVE, Field::Number(_)) => return Err(Error::Curve),
            _ => return Err(Error::NotCanonical),
        }
    }
    details.public_key = key.ok_or(Error::Malformed("public key"))?;
    Ok(details)
}

/// Address and mask of each, as numbers.
fn pairs(networks: &[Network]) -> Vec<u8> {
    let mut out = Vec::new();
    for network in networks {
        // Details of this version have no others.
        if let IpAddr::V4(address) = network.address() {
            let left = u32::from(32 - network.prefix());
            varint(&mut out, address.to_bits().into());
            varint(&mut out, u32::MAX.checked_shl(left).unwrap_or(0).into());
        }
    }
    out
}

fn read_pairs(bytes: &[u8]) -> Result<Vec<Network>, Error> {
    let mut reader = Reader::new(bytes);
    let mut networks = Vec::new();
    while !reader.is_empty() {
        let mut number = || {
            let number = read_varint(&mut reader, "networks")?;
            u32::try_from(number).map_err(|_| Error::Malformed("networks"))
        };
        let (address, mask) = (number()?, number()?);
        let prefix = mask.leading_ones();
        if mask.count_ones() != prefix {
            return Err(Error::Malformed("networks"));
        }
        let prefix = u8::try_from(prefix).unwrap_or(32);
        let network = Network::new(Ipv4Addr::from_bits(address).into(), prefix);
        networks.push(network.ok_or(Error::Malformed("networks"))?);
    }
    Ok(networks)
}

enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

fn field<'a>(reader: &mut Reader<'a>) -> Result<(u32, Field<'a>), Error> {
    let tag = read_varint(reader, "fields")?;
    let tag = u32::try_from(tag).map_err(|_| Error::Malformed("fields"))?;
    let value = match tag & 7 {
        VARINT => Field::Number(read_varint(reader, "fields")?),
        BYTES => {
            let length = read_varint(reader, "fields")?;
            let length = usize::try_from(length).map_err(|_| Error::Malformed("fields"))?;
            Field::Bytes(reader.take(length, "fields")?)
        }
        _ => return Err(Error::Malformed("fields")),
    };
    Ok((tag >> 3, value))
}

fn bytes_field(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    if !bytes.is_empty() {
        varint(out, (number << 3 | BYTES).into());
        varint(out, bytes.len() as u64);
        out.extend_from_slice(bytes);
    }
}

fn number_field(out: &mut Vec<u8>, number: u32, value: u64) {
    if value != 0 {
        varint(out, (number << 3 | VARINT).into());
        varint(out, value);
    }
}

/// Seven bits a byte, the lowest first; the highest bit says that there are more.
fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(lowest(value) | 0x80);
        value >>= 7;
    }
    out.push(lowest(value));
}

fn lowest(value: u64) -> u8 {
    value.to_le_bytes()[0]
}

fn read_varint(reader: &mut Reader<'_>, of: &'static str) -> Result<u64, Error> {
    let mut value = 0;
    for place in 0..10 {
        let byte = reader.byte(of)?;
        let bits = u64::from(byte & 0x7f);
        // The tenth byte has room for one bit.
        if place == 9 && bits > 1 {
            break;
        }
        value |= bits << (7 * place);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Error::Malformed(of))
}
