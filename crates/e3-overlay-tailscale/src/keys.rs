//! The keys of a party in one session: made by its agent, so that they stand in its introduction before any coordinator
//! has heard of them.

use std::fmt;

use ed25519_dalek::SigningKey;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::{
    TailscaleError,
    introduced::{Introduced, NodeKey},
};

/// What `tailscaled` writes before a private key (its `types/key`).
const PRIVATE: &str = "privkey:";

/// A node key (X25519, RFC 7748), by which WireGuard knows the party; a machine key, by which its coordinator knows that it
/// is the same that comes back with that node key; and a desk key (Ed25519, RFC 8032). Erased when dropped.
pub(crate) struct PartyKeys {
    node: StaticSecret,
    machine: StaticSecret,
    desk: SigningKey,
}

impl PartyKeys {
    /// New ones from the operating system's randomness.
    pub(crate) fn generate() -> Result<Self, TailscaleError> {
        let mut seeds = Zeroizing::new([[0; 32]; 3]);
        for seed in &mut *seeds {
            getrandom::fill(seed).map_err(TailscaleError::Randomness)?;
        }
        let [node, machine, desk] = &mut *seeds;
        // WireGuard wants its private keys clamped as they are written, and so does tailscaled.
        for key in [&mut *node, &mut *machine] {
            key[0] &= 0xf8;
            key[31] = (key[31] & 0x7f) | 0x40;
        }
        Ok(Self {
            node: StaticSecret::from(*node),
            machine: StaticSecret::from(*machine),
            desk: SigningKey::from_bytes(desk),
        })
    }

    /// What the introduction tells of them.
    pub(crate) fn public(&self) -> Introduced {
        Introduced {
            node: NodeKey(PublicKey::from(&self.node).to_bytes()),
            desk: self.desk.verifying_key(),
        }
    }

    /// The node key as `tailscaled`'s state file has it.
    pub(crate) fn node_text(&self) -> Zeroizing<String> {
        text(&self.node)
    }

    /// The machine key, likewise.
    pub(crate) fn machine_text(&self) -> Zeroizing<String> {
        text(&self.machine)
    }

    /// The key for the desk.
    pub(crate) fn desk(&self) -> &SigningKey {
        &self.desk
    }
}

fn text(key: &StaticSecret) -> Zeroizing<String> {
    let bytes = Zeroizing::new(key.to_bytes());
    let hex = Zeroizing::new(hex::encode(*bytes));
    Zeroizing::new(format!("{PRIVATE}{}", &*hex))
}

impl fmt::Debug for PartyKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PartyKeys({})", self.public().node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_keys_is_public() {
        let keys = PartyKeys::generate().unwrap();
        let secret = keys.node_text();
        let shown = format!("{keys:?}");
        assert!(!shown.contains(&secret[PRIVATE.len()..][..8]), "{shown}");
    }

    #[test]
    fn private_keys_are_written_clamped() {
        let keys = PartyKeys::generate().unwrap();
        for text in [keys.node_text(), keys.machine_text()] {
            let bytes = hex::decode(&text[PRIVATE.len()..]).unwrap();
            assert_eq!((bytes[0] & 7, bytes[31] & 0xc0), (0, 0x40));
        }
    }
}
