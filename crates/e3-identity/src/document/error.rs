//! What is wrong with a document, or with a signature that should be a DID's.

use thiserror::Error;

use super::{KeyId, MAX_METHODS};
use crate::{Did, multikey::PublicKeyError};

/// Why a document is of no use.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// Not even JSON.
    #[error("it is no JSON: {reason}")]
    Json {
        /// What the parser says.
        reason: String,
    },
    /// It is of somebody else.
    #[error("its id is {found:?}, expected {expected}")]
    OtherId {
        /// What it says.
        found: String,
        /// Whose document was expected.
        expected: Did,
    },
    /// A part has the wrong form.
    #[error("{part}: expected {expected}")]
    Form {
        /// Where in the document.
        part: String,
        /// What should stand there.
        expected: &'static str,
    },
    /// Too many entries.
    #[error("{part} has {found} entries, expected at most {MAX_METHODS}")]
    TooMany {
        /// Where in the document.
        part: &'static str,
        /// How many there are.
        found: usize,
    },
    /// Two keys of one name.
    #[error("two keys are named {name:?}: expected one")]
    SameName {
        /// The name.
        name: KeyId,
    },
    /// A key that is none.
    #[error("the key {name:?} cannot be used: {source}")]
    Key {
        /// The key's name.
        name: KeyId,
        /// What is wrong with it.
        source: PublicKeyError,
    },
}

/// Why a signature is not a DID's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// No key may sign for the DID.
    #[error(
        "the document of {did} has no Ed25519 key that may sign: add one to its assertionMethod"
    )]
    NoKey {
        /// Whose document it is.
        did: Did,
    },
    /// The key that is said to have signed may not.
    #[error("{key:?} is no key that may sign for {did}")]
    NotItsKey {
        /// Whose document it is.
        did: Did,
        /// The key's name.
        key: KeyId,
    },
    /// The signature is of another key or of other bytes.
    #[error("the signature is not by a key of {did}, or what it signs was changed")]
    Signature {
        /// Whose document it is.
        did: Did,
    },
}
