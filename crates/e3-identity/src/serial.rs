//! The numbers of credentials.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The number of a credential or certificate, unique with its authority: 16 bytes of randomness.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Serial(#[serde(with = "crate::readable")] pub [u8; 16]);

/// A text is no serial number.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text:?} is not a serial number, which has 32 hexadecimal digits")]
pub struct SerialError {
    text: String,
}

impl Serial {
    /// A new number from the operating system's randomness.
    pub fn generate() -> Result<Self, crate::KeyError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(crate::KeyError::Randomness)?;
        Ok(Self(bytes))
    }
}

/// In hexadecimal.
impl FromStr for Serial {
    type Err = SerialError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 16];
        let wrong = |_| SerialError {
            text: text.to_owned(),
        };
        hex::decode_to_slice(text, &mut bytes).map_err(wrong)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}
