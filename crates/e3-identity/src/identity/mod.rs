//! A DID with the secret that signs for it.

use serde::Serialize;

mod create;

pub use create::Kind;

use crate::{
    Did, DidDocument, IdentityKey, KeyError, KeyId, Signature, Succession, document::VerifyError,
};

/// Who somebody is, with the secret that proves it: of a party, or of an authority.
#[derive(Debug)]
pub struct Identity {
    did: Did,
    key: KeyId,
    secret: IdentityKey,
    successions: Vec<Succession>,
}

impl Identity {
    /// A new `did:key`.
    pub fn generate() -> Result<Self, KeyError> {
        Ok(Self::of_key(IdentityKey::generate()?))
    }

    /// The `did:key` of a key.
    pub fn of_key(secret: IdentityKey) -> Self {
        Self {
            did: Did::unchecked(secret.verifying_key()),
            key: KeyId::default(),
            secret,
            successions: Vec::new(),
        }
    }

    /// A DID with the key of that name. Of a DID that contains its document the key is checked; the document of a
    /// `did:web` may not be published yet, see [`Identity::check`].
    pub fn new(did: Did, key: KeyId, secret: IdentityKey) -> Result<Self, KeyError> {
        let identity = Self {
            did,
            key,
            secret,
            successions: Vec::new(),
        };
        if identity.did.url().is_none() {
            identity.check(&identity.did.document()?)?;
        }
        Ok(identity)
    }

    /// Whether the document allows this key to sign for the DID.
    pub fn check(&self, document: &DidDocument) -> Result<(), KeyError> {
        let wrong = |source| KeyError::NotItsKey {
            did: self.did.clone(),
            wanted: self.key.to_string(),
            source,
        };
        let key = document.signing_key(&self.key).map_err(wrong)?;
        if document.id() == &self.did && *key == self.secret.verifying_key() {
            return Ok(());
        }
        Err(wrong(VerifyError::Signature {
            did: document.id().clone(),
        }))
    }

    /// The same, with the successions that lead to it, the oldest first.
    #[must_use]
    pub fn with_successions(self, successions: Vec<Succession>) -> Self {
        Self {
            successions,
            ..self
        }
    }

    /// Who it is.
    pub fn did(&self) -> &Did {
        &self.did
    }

    /// The name of the key that signs.
    pub fn key(&self) -> &KeyId {
        &self.key
    }

    /// The secret.
    pub fn secret(&self) -> &IdentityKey {
        &self.secret
    }

    /// What leads from earlier DIDs to this one, the oldest first.
    pub fn successions(&self) -> &[Succession] {
        &self.successions
    }

    /// Signs `[domain, form]` for the DID.
    pub fn sign(&self, domain: &str, form: &impl Serialize) -> Signature {
        self.secret.sign(domain, form)
    }
}
