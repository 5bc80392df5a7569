//! Whom the roster names.

use std::{collections::BTreeMap, net::IpAddr};

use e3_session::types::{PartyIndex, Roster};
use ed25519_dalek::VerifyingKey;

use crate::{NAME, WireguardError, key::PublicKey, service::Told};

/// A party, as the roster names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Guest {
    pub(crate) index: PartyIndex,
    pub(crate) name: String,
    /// By what WireGuard knows it.
    pub(crate) key: PublicKey,
    /// By what its contact records are known.
    pub(crate) signs: VerifyingKey,
    pub(crate) addresses: Vec<IpAddr>,
}

/// What a party introduces: its key of WireGuard, and the one that signs its contact records.
pub(crate) fn introduction(key: PublicKey, signs: &VerifyingKey) -> [u8; 64] {
    let mut bytes = [0; 64];
    let (first, second) = bytes.split_at_mut(32);
    first.copy_from_slice(&key.0);
    second.copy_from_slice(signs.as_bytes());
    bytes
}

/// The keys in an introduction; `None` for bytes that are none.
pub(crate) fn introduced(bytes: &[u8]) -> Option<(PublicKey, VerifyingKey)> {
    let (key, signs) = bytes.split_at_checked(32)?;
    let key = PublicKey(key.try_into().ok()?);
    // With this one, anybody could speak.
    let speaks = key.0 != [0; 32];
    Some((key, e3_contact::introduced(signs)?)).filter(|_| speaks)
}

/// Every party, in the order of indices. Each has a key of its own, which is none of the relays'.
pub(crate) fn guests(roster: &Roster, relays: &[Told]) -> Result<Vec<Guest>, WireguardError> {
    let mut seen: BTreeMap<PublicKey, &str> = BTreeMap::new();
    let mut all = Vec::with_capacity(roster.parties.len());
    for (index, entry) in (0..=u16::MAX).zip(&roster.parties) {
        let bytes = entry.introduction.overlays.get(NAME);
        let keys = bytes.and_then(|bytes| introduced(bytes));
        let (key, signs) = keys.ok_or_else(|| WireguardError::NoKey {
            name: entry.name.clone(),
        })?;
        are_two(&entry.name, key, relays)?;
        if let Some(first) = seen.insert(key, &entry.name) {
            return Err(WireguardError::SameKey {
                first: first.to_owned(),
                second: entry.name.clone(),
            });
        }
        all.push(Guest {
            index: PartyIndex(index),
            name: entry.name.clone(),
            key,
            signs,
            addresses: entry.addresses.clone(),
        });
    }
    Ok(all)
}

/// A relay's key is told before parties introduce theirs: who took it for its own would take the relay from everybody.
fn are_two(name: &str, key: PublicKey, relays: &[Told]) -> Result<(), WireguardError> {
    match relays.iter().find(|relay| relay.key == key) {
        Some(relay) => Err(WireguardError::RelaysKey {
            name: name.to_owned(),
            relay: relay.name.clone(),
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_introduced_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..70)) {
            if let Some((key, signs)) = introduced(&bytes) {
                prop_assert_eq!(&introduction(key, &signs)[..], &bytes[..]);
            }
        }
    }

    #[test]
    fn what_is_introduced_is_known_again() {
        let signs = SigningKey::from_bytes(&[7; 32]).verifying_key();
        let bytes = introduction(PublicKey([5; 32]), &signs);
        assert_eq!(introduced(&bytes), Some((PublicKey([5; 32]), signs)));
        assert_eq!(introduced(&introduction(PublicKey([0; 32]), &signs)), None);
    }

    #[test]
    fn no_party_has_a_relays_key() {
        let relay = Told {
            name: "hub".to_owned(),
            key: PublicKey([5; 32]),
            places: std::collections::BTreeSet::new(),
            reflectors: Vec::new(),
        };
        let relays = [relay];
        assert!(are_two("anna", PublicKey([4; 32]), &relays).is_ok());
        let said = are_two("anna", PublicKey([5; 32]), &relays).unwrap_err();
        assert!(said.to_string().contains("party anna"), "{said}");
    }
}
