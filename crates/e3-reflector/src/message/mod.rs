//! STUN messages (RFC 8489), as far as a reflector and who asks it need them: the method Binding, without credentials.
//!
//! No I/O here: [`Message::decode`] takes whatever a stranger has sent, [`Message::encode`] gives what can be sent.

mod address;
mod attribute;
mod decode;
mod encode;
mod fingerprint;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

pub use attribute::{Attribute, Change};
pub use decode::{DecodeError, length};

use crate::clock::Times;

/// The number that tells STUN from all else (RFC 8489, section 5).
const COOKIE: u32 = 0x2112_A442;
/// Octets of a header.
pub const HEADER: usize = 20;
/// Octets of the longest message that is made or taken here; longer ones are no questions to a reflector.
pub const MOST: usize = 548;

/// What a message is (RFC 8489, section 5), of the method Binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Wants an answer.
    Request,
    /// Wants none.
    Indication,
    /// The answer.
    Success,
    /// The answer, where there is none.
    Error,
}

/// What distinguishes one question from all others: 96 random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Transaction(pub [u8; 12]);

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub class: Class,
    /// Which question it belongs to.
    pub transaction: Transaction,
    /// What it says, in order. Of what was received, attributes that may be ignored and are not known here are left out.
    pub attributes: Vec<Attribute>,
}

impl Class {
    /// The message's type with the method Binding: its class is spread over bits 4 and 8.
    const fn kind(self) -> u16 {
        match self {
            Self::Request => 0x0001,
            Self::Indication => 0x0011,
            Self::Success => 0x0101,
            Self::Error => 0x0111,
        }
    }

    const fn of(kind: u16) -> Option<Self> {
        match kind {
            0x0001 => Some(Self::Request),
            0x0011 => Some(Self::Indication),
            0x0101 => Some(Self::Success),
            0x0111 => Some(Self::Error),
            _ => None,
        }
    }
}

impl Transaction {
    /// A new one; none where the system gives no randomness.
    pub fn random() -> Option<Self> {
        let mut bytes = [0; 12];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl Message {
    /// A message of this class that says nothing yet.
    pub fn new(class: Class, transaction: Transaction) -> Self {
        Self {
            class,
            transaction,
            attributes: Vec::new(),
        }
    }

    /// The same, and this.
    #[must_use]
    pub fn with(mut self, attribute: Attribute) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// The times that it tells.
    pub fn times(&self) -> Option<Times> {
        self.find(|attribute| match attribute {
            Attribute::Times(times) => Some(*times),
            _ => None,
        })
    }

    /// The first thing that `pick` finds in it.
    pub fn find<T>(&self, pick: impl Fn(&Attribute) -> Option<T>) -> Option<T> {
        self.attributes.iter().find_map(pick)
    }
}
