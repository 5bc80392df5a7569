//! What targets and seeds know: keys that are always the same, and how bytes are read.

use std::collections::BTreeMap;

use e3_identity::{
    Credential, Did, Identity, IdentityKey, Introduction, PartyKeys, RevocationList, Serial,
    Succession, Validity,
};
use ed25519_dalek::VerifyingKey;
use serde::de::DeserializeOwned;
use serde_bytes::ByteBuf;

pub const SESSION: [u8; 16] = [0x5e; 16];
pub const NAME: &str = "alice";
pub const NOW: u64 = 1_800_000_000;

/// RFC 8410, section 10.3.
const PEM: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----";

pub fn alice() -> Identity {
    Identity::of_key(IdentityKey::from_pem(PEM).expect("a key"))
}

pub fn introduction() -> Introduction {
    introduction_of(&PartyKeys::of(alice().with_successions(vec![succession()])).expect("keys"))
}

pub fn introduction_of(keys: &PartyKeys) -> Introduction {
    let overlays = BTreeMap::from([("direct".to_owned(), ByteBuf::from(vec![1, 2, 3]))]);
    Introduction::new(keys, SESSION, NAME, validity(), overlays)
}

pub fn credential() -> Credential {
    let (subject, names) = (alice().did().clone(), vec![NAME.to_owned()]);
    Credential::issue(&alice(), Serial([7; 16]), subject, names, validity())
}

pub fn revocations() -> RevocationList {
    let serials = vec![Serial([7; 16]), Serial([8; 16])];
    RevocationList::issue(&alice(), 1, validity(), serials)
}

pub fn succession() -> Succession {
    Succession::new(&alice(), &alice(), NOW)
}

pub fn validity() -> Validity {
    Validity::starting(NOW, 3600)
}

/// Reads CBOR, or JSON where that is what it looks like.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    if bytes.first() == Some(&b'{') {
        return serde_json::from_slice(bytes).ok();
    }
    ciborium::from_reader(bytes).ok()
}

/// Certificates, the party's first, with whom they should be of.
pub struct Chain {
    pub authority: Did,
    pub key: [u8; 32],
    pub chain: Vec<Vec<u8>>,
}

/// Reads the authority's key (32 bytes), the certified key (32 bytes), and certificates, each behind its length (2 bytes,
/// the most significant first).
pub fn chain(bytes: &[u8]) -> Option<Chain> {
    let (authority, rest) = bytes.split_first_chunk::<32>()?;
    let (key, mut rest) = rest.split_first_chunk::<32>()?;
    let mut chain = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(after.len());
        let (certificate, after) = after.split_at(length);
        chain.push(certificate.to_vec());
        rest = after;
    }
    let authority = VerifyingKey::from_bytes(authority).ok()?;
    Some(Chain {
        authority: Did::of(&authority).ok()?,
        key: *key,
        chain,
    })
}

/// Writes what [`chain`] reads.
pub fn chain_bytes(authority: &VerifyingKey, key: &[u8; 32], chain: &[&[u8]]) -> Vec<u8> {
    let mut bytes = [*authority.as_bytes(), *key].concat();
    for certificate in chain {
        let length = u16::try_from(certificate.len()).unwrap_or(u16::MAX);
        bytes.extend(length.to_be_bytes());
        bytes.extend(*certificate);
    }
    bytes
}
