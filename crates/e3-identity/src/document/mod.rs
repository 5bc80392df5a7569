//! DID documents (W3C DID Core 1.0), as far as E³ uses them: which keys may sign for a DID.

use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Did, PublicKey, Signature, canonical};

mod error;
mod json;
mod key_id;
mod service;
mod write;

pub use error::{DocumentError, VerifyError};
pub use key_id::KeyId;
pub use service::Service;

/// Verification methods, services and names that a document may have each.
pub const MAX_METHODS: usize = 64;

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
