//! What could be recognised of a run.

mod introduced;
mod pem;
mod record;

use std::net::IpAddr;

use e3_evaluate::finding::Question;

pub use introduced::{introduced, nebula, x509};
pub use pem::pem;
pub use record::{program, roster};

/// Something that tells who or what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    /// What kind of thing it is.
    pub kind: Kind,
    /// Whose it is: a party's index; nobody's, where it belongs to the run.
    pub party: Option<usize>,
    /// What it is, for whoever reads of it: `the DID of anna`.
    pub what: String,
    /// It.
    pub value: Value,
}

/// What kind of thing an identifier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A party's name.
    Name,
    /// A party's DID.
    Did,
    /// A party's certificate, or a part of it that no other has.
    Certificate,
    /// A public key that a party uses.
    Key,
    /// A real address of a party's host.
    Address,
    /// The program's name or digest.
    Program,
}

impl Kind {
    /// The question that it answers.
    #[must_use]
    pub fn question(self) -> Question {
        match self {
            Self::Name => Question::Names,
            Self::Did => Question::Dids,
            Self::Certificate => Question::Certificates,
            Self::Key => Question::Keys,
            Self::Address => Question::Addresses,
            Self::Program => Question::Program,
        }
    }
}

/// What an identifier consists of, which says how it may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// Bytes without more structure: a certificate, a signature, a digest.
    Bytes(Vec<u8>),
    /// A public key.
    Key(Algorithm, Vec<u8>),
    /// An address.
    Address(IpAddr),
}

/// What a public key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519 (RFC 8032): 32 bytes.
    Ed25519,
    /// X25519 (RFC 7748): 32 bytes.
    X25519,
    /// P-256: a point without compression (SEC 1): 65 bytes.
    P256,
}

impl Identifier {
    /// A party's text.
    #[must_use]
    pub fn text(kind: Kind, party: usize, what: String, text: &str) -> Self {
        let value = Value::Text(text.to_owned());
        Self::of(kind, party, what, value)
    }

    /// A party's anything.
    #[must_use]
    pub fn of(kind: Kind, party: usize, what: String, value: Value) -> Self {
        Self {
            kind,
            party: Some(party),
            what,
            value,
        }
    }

    /// The run's anything.
    #[must_use]
    pub fn of_run(kind: Kind, what: &str, value: Value) -> Self {
        Self {
            kind,
            party: None,
            what: what.to_owned(),
            value,
        }
    }
}
