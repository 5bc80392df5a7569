//! DID documents (W3C DID Core 1.0), as far as E³ uses them: which keys may sign for a DID.

use std::fmt;

use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::{Did, PublicKey, Signature, canonical, multikey::PublicKeyError};

mod json;
mod service;
mod write;

pub use service::Service;

/// Verification methods, services and names that a document may have each.
pub const MAX_METHODS: usize = 64;

/// Bytes that the name of a key may have.
const MAX_KEY_ID: usize = 128;

/// What a DID stands for: its keys, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct DidDocument {
    pub(crate) id: Did,
    pub(crate) also_known_as: Vec<String>,
    pub(crate) methods: Vec<VerificationMethod>,
    pub(crate) authentication: Vec<KeyId>,
    pub(crate) assertion: Vec<KeyId>,
    pub(crate) key_agreement: Vec<KeyId>,
    pub(crate) invocation: Vec<KeyId>,
    pub(crate) delegation: Vec<KeyId>,
    pub(crate) services: Vec<Service>,
}

/// A key with its name within a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationMethod {
    /// Its name.
    pub id: KeyId,
    /// The key.
    pub key: PublicKey,
}

/// The name of a key within a DID's document: the fragment, without `#`. Empty where a DID has but one key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

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

impl DidDocument {
    /// Whose document it is.
    pub fn id(&self) -> &Did {
        &self.id
    }

    /// Other names of the same subject, as it claims them.
    pub fn also_known_as(&self) -> &[String] {
        &self.also_known_as
    }

    /// All keys.
    pub fn methods(&self) -> &[VerificationMethod] {
        &self.methods
    }

    /// Names of the keys with which the DID's subject proves who it is.
    pub fn authentication(&self) -> &[KeyId] {
        &self.authentication
    }

    /// Names of the keys with which it states things.
    pub fn assertion(&self) -> &[KeyId] {
        &self.assertion
    }

    /// Names of the keys to which messages for it are sealed.
    pub fn key_agreement(&self) -> &[KeyId] {
        &self.key_agreement
    }

    /// Where it can be reached, as it claims.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// Ed25519 keys that may sign for the DID: for authentication or for assertions.
    pub fn signing_keys(&self) -> impl Iterator<Item = (&KeyId, &VerifyingKey)> {
        self.methods.iter().filter_map(|method| match &method.key {
            PublicKey::Ed25519(key)
                if self.authentication.contains(&method.id)
                    || self.assertion.contains(&method.id) =>
            {
                Some((&method.id, key))
            }
            _ => None,
        })
    }

    /// The key of that name, if it may sign; by the empty name the only one that may.
    pub fn signing_key(&self, name: &KeyId) -> Result<&VerifyingKey, VerifyError> {
        let mut keys = self.signing_keys();
        let found = if name.is_empty() {
            let first = keys.next();
            first.filter(|_| keys.next().is_none())
        } else {
            keys.find(|(id, _)| *id == name)
        };
        found
            .map(|(_, key)| key)
            .ok_or_else(|| VerifyError::NotItsKey {
                did: self.id.clone(),
                key: name.clone(),
            })
    }

    /// Whether a key of the DID has signed `[domain, form]`, and which.
    pub fn verify(
        &self,
        domain: &str,
        form: &impl Serialize,
        signature: &Signature,
    ) -> Result<KeyId, VerifyError> {
        let bytes = canonical::bytes(domain, form);
        let mut any = false;
        for (name, key) in self.signing_keys() {
            any = true;
            if signature.is_by(key, &bytes) {
                return Ok(name.clone());
            }
        }
        let did = self.id.clone();
        Err(if any {
            VerifyError::Signature { did }
        } else {
            VerifyError::NoKey { did }
        })
    }

    /// Whether the key of that name has signed `[domain, form]`.
    pub fn verify_by(
        &self,
        name: &KeyId,
        domain: &str,
        form: &impl Serialize,
        signature: &Signature,
    ) -> Result<(), VerifyError> {
        let key = self.signing_key(name)?;
        if signature.is_by(key, &canonical::bytes(domain, form)) {
            return Ok(());
        }
        Err(VerifyError::Signature {
            did: self.id.clone(),
        })
    }

    pub(crate) fn empty(id: Did) -> Self {
        Self {
            id,
            also_known_as: Vec::new(),
            methods: Vec::new(),
            authentication: Vec::new(),
            assertion: Vec::new(),
            key_agreement: Vec::new(),
            invocation: Vec::new(),
            delegation: Vec::new(),
            services: Vec::new(),
        }
    }
}

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
