//! Names of keys.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::DocumentError;

/// Bytes that the name of a key may have.
const MAX_KEY_ID: usize = 128;

/// The name of a key within a DID's document: the fragment, without `#`. Empty where a DID has but one key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

impl KeyId {
    /// A name that this crate has made.
    pub(crate) fn unchecked(name: String) -> Self {
        Self(name)
    }

    /// The name, without `#`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it stands for the only key that there is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<String> for KeyId {
    type Error = DocumentError;

    fn try_from(name: String) -> Result<Self, DocumentError> {
        let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
        if name.len() <= MAX_KEY_ID && name.bytes().all(plain) {
            return Ok(Self(name));
        }
        Err(DocumentError::Form {
            part: "the name of a key".to_owned(),
            expected: "at most 128 visible ASCII characters and no second `#`",
        })
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}
