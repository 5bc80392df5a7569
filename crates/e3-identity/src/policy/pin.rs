//! What a party was known by before.

use std::{fmt, str::FromStr};

use base64ct::{Base64Unpadded, Encoding as _};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Did, DidError};

/// A DID, or its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Pin {
    /// The DID itself.
    Did(Did),
    /// `SHA256:…`, as [`Did::fingerprint`] gives it.
    Fingerprint(String),
}

/// Why a text is no pin.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PinError {
    /// No DID.
    #[error(transparent)]
    Did(#[from] DidError),
    /// No fingerprint.
    #[error("{text:?} is no fingerprint: expected `SHA256:` and 43 characters of base64")]
    Fingerprint {
        /// What was found, cut short.
        text: String,
    },
}

impl Pin {
    /// Whether this DID is the one that was pinned.
    pub fn is(&self, did: &Did) -> bool {
        match self {
            Self::Did(pinned) => pinned.is(did),
            Self::Fingerprint(pinned) => *pinned == did.fingerprint(),
        }
    }
}

impl FromStr for Pin {
    type Err = PinError;

    fn from_str(text: &str) -> Result<Self, PinError> {
        let Some(encoded) = text.strip_prefix("SHA256:") else {
            return Ok(Self::Did(text.parse()?));
        };
        match Base64Unpadded::decode_vec(encoded) {
            Ok(digest) if digest.len() == 32 => Ok(Self::Fingerprint(text.to_owned())),
            _ => Err(PinError::Fingerprint {
                text: text.chars().take(80).collect(),
            }),
        }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Did(did) => did.fmt(f),
            Self::Fingerprint(text) => f.pad(text),
        }
    }
}

impl TryFrom<String> for Pin {
    type Error = PinError;

    fn try_from(text: String) -> Result<Self, PinError> {
        text.parse()
    }
}

impl From<Pin> for String {
    fn from(pin: Pin) -> Self {
        pin.to_string()
    }
}
