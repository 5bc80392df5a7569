//! Messages from octets.

use super::attribute::kind;
use super::{Attribute, COOKIE, Change, Class, HEADER, MOST, Message, Transaction};
use super::{address, fingerprint};
use crate::clock::Times;

/// Why something is not a message for a reflector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// There is less than a message says it has, or more.
    #[error("it is {there} octets long, and a message would be {told}")]
    Length {
        /// Octets that there are.
        there: usize,
        /// Octets that a message would have.
        told: usize,
    },
    /// It is longer than any question or answer.
    #[error("it is {there} octets long, more than {MOST}")]
    TooLong {
        /// Octets that there are, or that its header announces.
        there: usize,
    },
    /// It does not begin as STUN does.
    #[error("it is not STUN")]
    Stranger,
    /// It is STUN of another method.
    #[error("its type is {kind:#06x}, not a Binding's")]
    Method {
        /// The type.
        kind: u16,
    },
    /// An attribute ends beyond the message, or its value is none.
    #[error("its attribute {kind:#06x} is malformed")]
    Attribute {
        /// The attribute's number.
        kind: u16,
    },
    /// Its fingerprint is not its own, or something follows it.
    #[error("its fingerprint is wrong")]
    Fingerprint,
}

/// How long the message is that begins with this header, for streams, where messages follow one another.
///
/// # Errors
/// It is no header, or announces more than is ever said.
pub fn length(header: &[u8; HEADER]) -> Result<usize, DecodeError> {
    if header[4..8] != COOKIE.to_be_bytes() || header[0] & 0xC0 != 0 {
        return Err(DecodeError::Stranger);
    }
    let told = HEADER + usize::from(u16::from_be_bytes([header[2], header[3]]));
    if told > MOST {
        return Err(DecodeError::TooLong { there: told });
    }
    Ok(told)
}

impl Message {
    /// The message that these octets are.
    ///
    /// # Errors
    /// They are none. An attribute that must be understood and is not is no error: see [`Attribute::Unknown`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let there = bytes.len();
        let short = DecodeError::Length {
            there,
            told: HEADER,
        };
        let header = bytes.first_chunk::<HEADER>().ok_or(short)?;
        if there > MOST {
            return Err(DecodeError::TooLong { there });
        }
        let told = length(header)?;
        if told != there || !told.is_multiple_of(4) {
            return Err(DecodeError::Length { there, told });
        }
        let kind = u16::from_be_bytes([header[0], header[1]]);
        let class = Class::of(kind).ok_or(DecodeError::Method { kind })?;
        let mut id = [0; 12];
        id.copy_from_slice(&header[8..]);
        let mut message = Self::new(class, Transaction(id));
        let mut rest = &bytes[HEADER..];
        while !rest.is_empty() {
            let (number, value, after) = cut(rest)?;
            if number == kind::FINGERPRINT {
                check(&bytes[..there - rest.len()], value, after)?;
            } else if let Some(attribute) = read(number, value, message.transaction)? {
                message.attributes.push(attribute);
            }
            rest = after;
        }
        Ok(message)
    }
}

/// The first attribute of these, and what follows it.
fn cut(bytes: &[u8]) -> Result<(u16, &[u8], &[u8]), DecodeError> {
    // The message's length is a multiple of four, so that there is always a whole head.
    let (head, rest) = bytes
        .split_first_chunk::<4>()
        .ok_or(DecodeError::Attribute { kind: 0 })?;
    let kind = u16::from_be_bytes([head[0], head[1]]);
    let beyond = DecodeError::Attribute { kind };
    let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
    let value = rest.get(..length).ok_or(beyond)?;
    let after = rest.get(length.next_multiple_of(4)..).ok_or(beyond)?;
    Ok((kind, value, after))
}

fn check(before: &[u8], value: &[u8], after: &[u8]) -> Result<(), DecodeError> {
    if value == fingerprint::of(before).to_be_bytes() && after.is_empty() {
        Ok(())
    } else {
        Err(DecodeError::Fingerprint)
    }
}

/// The attribute of this number; none if it is to be ignored.
fn read(
    number: u16,
    value: &[u8],
    transaction: Transaction,
) -> Result<Option<Attribute>, DecodeError> {
    let attribute = match number {
        kind::MAPPED_ADDRESS => address::read(value).map(Attribute::MappedAddress),
        kind::XOR_MAPPED_ADDRESS => address::read(value)
            .map(|masked| Attribute::XorMappedAddress(address::masked(masked, transaction))),
        kind::CHANGE_REQUEST => match value {
            [_, _, _, flags] => Some(Attribute::ChangeRequest(Change {
                address: flags & 4 != 0,
                port: flags & 2 != 0,
            })),
            _ => None,
        },
        kind::RESPONSE_PORT => match value {
            // Of two octets, as the RFC counts them, or of four with its padding, as some do.
            [high, low] | [high, low, _, _] => {
                Some(Attribute::ResponsePort(u16::from_be_bytes([*high, *low])))
            }
            _ => None,
        },
        kind::RESPONSE_ORIGIN => address::read(value).map(Attribute::ResponseOrigin),
        kind::OTHER_ADDRESS => address::read(value).map(Attribute::OtherAddress),
        kind::ERROR_CODE => error_code(value).map(Attribute::ErrorCode),
        kind::UNKNOWN_ATTRIBUTES if value.len().is_multiple_of(2) => {
            let kinds = value.chunks_exact(2);
            let kinds = kinds.map(|kind| u16::from_be_bytes([kind[0], kind[1]]));
            Some(Attribute::UnknownAttributes(kinds.collect()))
        }
        kind::UNKNOWN_ATTRIBUTES => None,
        kind::TIMES => value
            .try_into()
            .ok()
            .map(|octets| Attribute::Times(Times::of(octets))),
        other if kind::may_be_ignored(other) || kind::NOT_NEEDED.contains(&other) => {
            return Ok(None);
        }
        other => Some(Attribute::Unknown(other)),
    };
    match attribute {
        Some(attribute) => Ok(Some(attribute)),
        None => Err(DecodeError::Attribute { kind: number }),
    }
}

fn error_code(value: &[u8]) -> Option<u16> {
    let [_, _, hundreds, rest, ..] = *value else {
        return None;
    };
    let (hundreds, rest) = (u16::from(hundreds & 7), u16::from(rest));
    ((3..=6).contains(&hundreds) && rest < 100).then_some(hundreds * 100 + rest)
}
