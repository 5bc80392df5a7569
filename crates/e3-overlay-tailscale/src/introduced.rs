//! What parties tell of themselves in their introductions, which their DIDs sign.

use std::{collections::BTreeMap, fmt};

use e3_session::types::Roster;
use ed25519_dalek::VerifyingKey;
use serde_bytes::ByteBuf;

use crate::TailscaleError;

/// Bytes of a key.
const KEY: usize = 32;

/// What stands before a public node key where Tailscale's programs write one.
const NODE: &str = "nodekey:";

/// A node's public key (X25519), by which WireGuard and the coordinator know it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeKey(pub [u8; KEY]);

impl NodeKey {
    /// The key that a program of Tailscale's has written; none for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let mut key = [0; KEY];
        hex::decode_to_slice(text.strip_prefix(NODE)?, &mut key).ok()?;
        Some(Self(key))
    }
}

impl fmt::Display for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NODE}{}", hex::encode(self.0))
    }
}

impl fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A party's public keys: 64 bytes, the node's and then the desk's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Introduced {
    /// By which other parties know its packets.
    pub node: NodeKey,
    /// By which the coordinator's desk knows it (Ed25519).
    pub desk: VerifyingKey,
}

impl Introduced {
    /// Reads what a party has introduced. None for bytes that are no such keys.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (node, desk) = bytes.split_at_checked(KEY)?;
        let node: [u8; KEY] = node.try_into().ok()?;
        let desk = e3_contact::introduced(desk).filter(|key| !key.is_weak())?;
        // With a key of small order everybody would share its secrets.
        (node != [0; KEY]).then_some(Self {
            node: NodeKey(node),
            desk,
        })
    }

    /// The bytes that are introduced.
    pub fn bytes(&self) -> ByteBuf {
        ByteBuf::from([&self.node.0[..], self.desk.as_bytes()].concat())
    }
}

/// Every party's keys, in the order of indices.
pub(crate) fn keys_of(roster: &Roster, overlay: &str) -> Result<Vec<Introduced>, TailscaleError> {
    let mut seen: BTreeMap<NodeKey, &str> = BTreeMap::new();
    let mut keys = Vec::with_capacity(roster.parties.len());
    for entry in &roster.parties {
        let bytes = entry.introduction.overlays.get(overlay);
        let key = bytes.and_then(|bytes| Introduced::read(bytes));
        let key = key.ok_or_else(|| TailscaleError::NoKey {
            name: entry.name.clone(),
            overlay: overlay.to_owned(),
        })?;
        if let Some(first) = seen.insert(key.node, &entry.name) {
            return Err(TailscaleError::SameKey {
                first: first.to_owned(),
                second: entry.name.clone(),
            });
        }
        keys.push(key);
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::keys::PartyKeys;

    #[test]
    fn what_is_introduced_is_read_again() {
        let public = PartyKeys::generate().unwrap().public();
        assert_eq!(Introduced::read(&public.bytes()), Some(public));
        let text = public.node.to_string();
        assert_eq!(NodeKey::read(&text), Some(public.node));
    }

    proptest! {
        #[test]
        fn any_bytes_are_keys_or_nothing(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Some(read) = Introduced::read(&bytes) {
                prop_assert_eq!(read.bytes().into_vec(), bytes);
            }
        }

        #[test]
        fn any_text_is_a_key_or_nothing(text in ".{0,80}") {
            if let Some(read) = NodeKey::read(&text) {
                prop_assert_eq!(read.to_string(), text.to_lowercase());
            }
        }
    }
}
