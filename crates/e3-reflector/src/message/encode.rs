//! Messages as octets.

use super::attribute::kind;
use super::{Attribute, COOKIE, Message, address, fingerprint};

/// Octets of a fingerprint with its head.
const FINGERPRINT: usize = 8;

impl Message {
    /// The message as it is sent, with its fingerprint.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(96);
        bytes.extend(self.class.kind().to_be_bytes());
        bytes.extend([0; 2]);
        bytes.extend(COOKIE.to_be_bytes());
        bytes.extend(self.transaction.0);
        for attribute in &self.attributes {
            self.write(attribute, &mut bytes);
        }
        let length = u16::try_from(bytes.len() + FINGERPRINT - super::HEADER).unwrap_or(u16::MAX);
        bytes[2..4].copy_from_slice(&length.to_be_bytes());
        let sum = fingerprint::of(&bytes);
        put(kind::FINGERPRINT, &sum.to_be_bytes(), &mut bytes);
        bytes
    }

    fn write(&self, attribute: &Attribute, bytes: &mut Vec<u8>) {
        let mut value = Vec::with_capacity(24);
        let number = match attribute {
            Attribute::MappedAddress(of) => {
                address::write(*of, &mut value);
                kind::MAPPED_ADDRESS
            }
            Attribute::XorMappedAddress(of) => {
                address::write(address::masked(*of, self.transaction), &mut value);
                kind::XOR_MAPPED_ADDRESS
            }
            Attribute::ChangeRequest(change) => {
                let flags = u8::from(change.address) << 2 | u8::from(change.port) << 1;
                value.extend([0, 0, 0, flags]);
                kind::CHANGE_REQUEST
            }
            Attribute::ResponsePort(port) => {
                value.extend(port.to_be_bytes());
                value.extend([0; 2]);
                kind::RESPONSE_PORT
            }
            Attribute::ResponseOrigin(of) => {
                address::write(*of, &mut value);
                kind::RESPONSE_ORIGIN
            }
            Attribute::OtherAddress(of) => {
                address::write(*of, &mut value);
                kind::OTHER_ADDRESS
            }
            Attribute::ErrorCode(code) => {
                // Hundreds and the rest apart; both fit an octet.
                let part = |figure: u16| u8::try_from(figure).unwrap_or(u8::MAX);
                value.extend([0, 0, part(code / 100), part(code % 100)]);
                kind::ERROR_CODE
            }
            Attribute::UnknownAttributes(kinds) => {
                value.extend(kinds.iter().flat_map(|kind| kind.to_be_bytes()));
                kind::UNKNOWN_ATTRIBUTES
            }
            Attribute::Times(times) => {
                value.extend(times.octets());
                kind::TIMES
            }
            Attribute::Unknown(number) => *number,
        };
        put(number, &value, bytes);
    }
}

/// Appends an attribute, padded to a multiple of four octets.
fn put(number: u16, value: &[u8], bytes: &mut Vec<u8>) {
    bytes.extend(number.to_be_bytes());
    bytes.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}
