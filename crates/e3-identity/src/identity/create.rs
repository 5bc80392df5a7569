//! New identities, and what takes the place of old ones.

use serde_json::json;

use super::Identity;
use crate::{
    Did, DidDocument, IdentityKey, KeyError, KeyId, PublicKey, Purpose, Succession,
    VerificationMethod, succession::MAX_SUCCESSIONS,
};

/// The name of the first key of a document that is made here.
const FIRST: &str = "key-1";

/// What kind of DID is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `did:key`: the key and nothing else.
    Key,
    /// `did:peer:2`, with the same key.
    Peer2,
    /// `did:peer:4`, with the same key.
    Peer4,
    /// `did:web` of a place such as `example.org` or `example.org:8443/mpc`, whose owner publishes the document.
    Web(String),
}

impl Identity {
    /// A new key, and a DID of this kind for it.
    pub fn create(kind: &Kind) -> Result<Self, KeyError> {
        let secret = IdentityKey::generate()?;
        let key = PublicKey::Ed25519(secret.verifying_key());
        let name = || KeyId::unchecked(FIRST.to_owned());
        match kind {
            Kind::Key => Ok(Self::of_key(secret)),
            Kind::Peer2 => {
                let did = Did::peer2(&[(Purpose::Authentication, key)], &[])?;
                Self::new(did, name(), secret)
            }
            Kind::Peer4 => {
                let id = format!("#{FIRST}");
                let did = Did::peer4(&json!({
                    "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
                    "verificationMethod": [
                        {"id": id, "type": "Multikey", "publicKeyMultibase": key.to_multibase()}
                    ],
                    "authentication": [id],
                    "assertionMethod": [id],
                }))?;
                Self::new(did, name(), secret)
            }
            Kind::Web(place) => Self::new(Did::web(place)?, name(), secret),
        }
    }

    /// What takes this identity's place from now on (Unix seconds), with a new key: for a `did:web` the same DID, whose
    /// [document](Identity::document) is to be published anew; for others a new DID with a succession from this one.
    pub fn rotate(&self, now: u64) -> Result<Self, KeyError> {
        let kind = match self.did.variant() {
            "peer:2" => Kind::Peer2,
            "peer:4" => Kind::Peer4,
            "web" => {
                let secret = IdentityKey::generate()?;
                return Self::new(self.did.clone(), next(&self.key), secret);
            }
            _ => Kind::Key,
        };
        let new = Self::create(&kind)?;
        let mut successions = self.successions.clone();
        successions.push(Succession::new(self, &new, now));
        let surplus = successions.len().saturating_sub(MAX_SUCCESSIONS);
        Ok(new.with_successions(successions.split_off(surplus)))
    }

    /// The document of this identity's DID; that of a `did:web` as it is to be published.
    pub fn document(&self) -> Result<DidDocument, KeyError> {
        if self.did.url().is_none() {
            return Ok(self.did.document()?);
        }
        let id = self.key.clone();
        let key = PublicKey::Ed25519(self.secret.verifying_key());
        Ok(DidDocument {
            authentication: vec![id.clone()],
            assertion: vec![id.clone()],
            methods: vec![VerificationMethod { id, key }],
            ..DidDocument::empty(self.did.clone())
        })
    }
}

/// The name of the key after the one of this name: `key-2` after `key-1`.
fn next(name: &KeyId) -> KeyId {
    let number = name
        .as_str()
        .strip_prefix("key-")
        .and_then(|number| number.parse::<u64>().ok())
        .unwrap_or(0);
    KeyId::unchecked(format!("key-{}", number.saturating_add(1)))
}
