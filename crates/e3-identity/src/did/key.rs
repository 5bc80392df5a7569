//! `did:key` (W3C CCG, v0.9): the identifier is the key.

use ed25519_dalek::VerifyingKey;

use super::{Did, DidError, shown};
use crate::{
    document::{DidDocument, KeyId, VerificationMethod},
    multikey::{PublicKey, PublicKeyError},
};

/// The key behind `did:key:`.
pub(super) fn parse(text: &str, identifier: &str) -> Result<VerifyingKey, DidError> {
    let text = || shown(text);
    match PublicKey::from_multibase(identifier) {
        Ok(PublicKey::Ed25519(key)) => Ok(key),
        Ok(_) | Err(PublicKeyError::Length { .. }) => Err(DidError::KeyType { text: text() }),
        Err(source) => Err(DidError::Key {
            text: text(),
            source,
        }),
    }
}

/// One key, which signs for everything. E³ derives no key to seal to: sealing keys live no longer than a session.
pub(super) fn document(did: &Did, key: VerifyingKey) -> DidDocument {
    let key = PublicKey::Ed25519(key);
    let id = KeyId::unchecked(key.to_multibase());
    DidDocument {
        authentication: vec![id.clone()],
        assertion: vec![id.clone()],
        methods: vec![VerificationMethod { id, key }],
        ..DidDocument::empty(did.clone())
    }
}
