//! What a party publishes about itself for one session.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_bytes::{ByteBuf, Bytes};

use crate::{Did, DidDocument, KeyId, PartyKeys, Signature, Succession, document::VerifyError};

mod error;

pub use error::IntroductionError;

/// Names what an introduction signs.
pub const DOMAIN: &str = "e3/introduction/2";

/// Seconds for which an introduction is good unless somebody says otherwise: a day.
pub const LIFETIME: u64 = 24 * 60 * 60;

/// Seconds by which clocks may differ.
pub const SKEW: u64 = 60;

/// A party's DID and the public keys that it uses in one session, signed by the DID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Introduction {
    /// Who speaks.
    pub did: Did,
    /// The key of the DID that signs; empty for `did:key`, which has but one.
    pub key: KeyId,
    /// The session that it is for.
    #[serde(with = "crate::readable")]
    pub session: [u8; 16],
    /// The party's name in the session.
    pub name: String,
    /// From when on it is good, in whole Unix seconds.
    pub not_before: u64,
    /// Until when it is good, in whole Unix seconds, this one included.
    pub not_after: u64,
    /// X25519 public key to which other agents seal messages (RFC 9180).
    #[serde(with = "crate::readable")]
    pub sealing_key: [u8; 32],
    /// Public keys and other public facts of overlays, by the overlay's name.
    #[serde(with = "crate::readable::map")]
    pub overlays: BTreeMap<String, ByteBuf>,
    /// What leads from earlier DIDs of the party to this one, the oldest first; mostly nothing.
    #[serde(deserialize_with = "crate::succession::bounded")]
    pub successions: Vec<Succession>,
    /// The DID's signature over [`Introduction::form`] in the domain [`DOMAIN`].
    pub signature: Signature,
}

/// From when until when something is good, in whole Unix seconds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// The first second.
    pub not_before: u64,
    /// The last second.
    pub not_after: u64,
}

impl Validity {
    /// So many seconds from now on.
    pub fn starting(now: u64, seconds: u64) -> Self {
        Self {
            not_before: now,
            not_after: now.saturating_add(seconds),
        }
    }
}

impl Introduction {
    /// The introduction of the party that holds these keys, under its name in the session, with the public facts of its
    /// overlays.
    pub fn new(
        keys: &PartyKeys,
        session: [u8; 16],
        name: &str,
        validity: Validity,
        overlays: BTreeMap<String, ByteBuf>,
    ) -> Self {
        let identity = keys.identity();
        let mut introduction = Self {
            did: identity.did().clone(),
            key: identity.key().clone(),
            session,
            name: name.to_owned(),
            not_before: validity.not_before,
            not_after: validity.not_after,
            sealing_key: keys.sealing_key(),
            overlays,
            successions: identity.successions().to_vec(),
            signature: Signature([0; 64]),
        };
        let signature = keys.sign(DOMAIN, &introduction.form());
        introduction.signature = signature;
        introduction
    }

    /// What is signed: everything but the signature, in the order of the fields.
    pub fn form(&self) -> impl Serialize + '_ {
        let overlays: Vec<(&str, &Bytes)> = self
            .overlays
            .iter()
            .map(|(name, key)| (name.as_str(), Bytes::new(key)))
            .collect();
        let successions: Vec<_> = self.successions.iter().map(Succession::signed).collect();
        (
            &self.did,
            &self.key,
            Bytes::new(&self.session),
            &self.name,
            self.not_before,
            self.not_after,
            Bytes::new(&self.sealing_key),
            overlays,
            successions,
        )
    }

    /// Whether the party of this document has signed it, for this session and this name, and it is good now (in Unix
    /// seconds).
    pub fn verify(
        &self,
        document: &DidDocument,
        session: &[u8; 16],
        name: &str,
        now: u64,
    ) -> Result<(), IntroductionError> {
        let party = || name.to_owned();
        if document.id() != &self.did {
            return Err(IntroductionError::OtherDocument {
                name: party(),
                did: self.did.clone(),
                found: document.id().clone(),
            });
        }
        document
            .verify_by(&self.key, DOMAIN, &self.form(), &self.signature)
            .map_err(|error| match error {
                VerifyError::Signature { did } => {
                    IntroductionError::Signature { name: party(), did }
                }
                source => IntroductionError::Key {
                    name: party(),
                    source,
                },
            })?;
        if self.session != *session {
            return Err(IntroductionError::OtherSession {
                name: party(),
                found: hex::encode(self.session),
                expected: hex::encode(session),
            });
        }
        if self.name != name {
            return Err(IntroductionError::OtherName {
                name: party(),
                found: self.name.clone(),
            });
        }
        self.verify_time(now)
    }

    fn verify_time(&self, now: u64) -> Result<(), IntroductionError> {
        if now.saturating_add(SKEW) < self.not_before {
            return Err(IntroductionError::NotYet {
                name: self.name.clone(),
                not_before: self.not_before,
                now,
            });
        }
        if now > self.not_after.saturating_add(SKEW) {
            return Err(IntroductionError::Expired {
                name: self.name.clone(),
                not_after: self.not_after,
                now,
            });
        }
        Ok(())
    }
}
