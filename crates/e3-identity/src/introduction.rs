//! What a party publishes about itself for one session.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_bytes::{ByteBuf, Bytes};

use crate::{Did, PartyKeys};

/// A party's DID and the public keys that it uses in one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Introduction {
    /// Who speaks.
    pub did: Did,
    /// X25519 public key to which other agents seal messages (RFC 9180).
    #[serde(with = "crate::readable")]
    pub sealing_key: [u8; 32],
    /// Public keys and other public facts of overlays, by the overlay's name.
    pub overlays: BTreeMap<String, ByteBuf>,
    /// The DID's signature over [`Introduction::form`]; empty until introductions are signed.
    #[serde(with = "crate::readable")]
    pub signature: ByteBuf,
}

impl Introduction {
    /// The introduction of the party that holds these keys, with the public facts of its overlays.
    pub fn new(keys: &PartyKeys, overlays: BTreeMap<String, ByteBuf>) -> Self {
        Self {
            did: keys.did().clone(),
            sealing_key: keys.sealing_key(),
            overlays,
            signature: ByteBuf::new(),
        }
    }

    /// What is hashed and signed: everything but the signature, in the order of the fields.
    pub fn form(&self) -> impl Serialize + '_ {
        let overlays: Vec<(&str, &Bytes)> = self
            .overlays
            .iter()
            .map(|(name, key)| (name.as_str(), Bytes::new(key)))
            .collect();
        (&self.did, Bytes::new(&self.sealing_key), overlays)
    }
}
