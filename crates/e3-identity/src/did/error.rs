//! What is wrong with a DID's text.

use thiserror::Error;

use super::{MAX_TEXT, METHODS};
use crate::{document::DocumentError, multikey::PublicKeyError};

/// Why a text is no DID of a known method.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DidError {
    /// No DID at all.
    #[error("{text:?} is no DID: expected did:METHOD:IDENTIFIER, such as did:key:z6Mk…")]
    Form {
        /// What was found, cut short.
        text: String,
    },
    /// Longer than any that is accepted.
    #[error("a DID of {found} bytes is too long: expected at most {MAX_TEXT}")]
    TooLong {
        /// Its length in bytes.
        found: usize,
    },
    /// A method that E³ does not know.
    #[error("the DID method {method:?} is not known here: expected one of {}", METHODS.join(", "))]
    Method {
        /// The method's name.
        method: String,
    },
    /// A `did:key` that holds no key that can sign.
    #[error("{text:?} is no did:key of an Ed25519 key (did:key:z6Mk…): {source}")]
    Key {
        /// What was found.
        text: String,
        /// What is wrong with it.
        source: PublicKeyError,
    },
    /// A `did:key` of another kind of key.
    #[error(
        "{text:?} holds no Ed25519 key: expected 32 bytes behind the prefix ed01 (did:key:z6Mk…)"
    )]
    KeyType {
        /// What was found.
        text: String,
    },
    /// A `did:peer` of a variant other than 2 and 4.
    #[error(
        "{text:?} is a did:peer of a variant that is not known here: expected did:peer:2 or did:peer:4"
    )]
    Variant {
        /// What was found, cut short.
        text: String,
    },
    /// A part of a `did:peer:2` is none of what it may be.
    #[error("part {part} of a did:peer:2 cannot be read: {reason}")]
    Part {
        /// Which one, counted from 1.
        part: usize,
        /// What was expected.
        reason: String,
    },
    /// A `did:peer:4` without its form.
    #[error("a did:peer:4 has the form did:peer:4zQm… or did:peer:4zQm…:z…: {reason}")]
    PeerForm {
        /// What was expected.
        reason: &'static str,
    },
    /// The hash in a `did:peer:4` is not that of its document.
    #[error("the hash in a did:peer:4 is not that of the document behind it: it was changed")]
    PeerHash,
    /// The document in a `did:peer` cannot be used.
    #[error("the document in a did:peer cannot be used: {0}")]
    Document(#[source] Box<DocumentError>),
    /// A `did:web` without a host that can be fetched from.
    #[error("{text:?} is no did:web: {reason}")]
    Web {
        /// What was found.
        text: String,
        /// What was expected.
        reason: &'static str,
    },
}
