//! What targets and seeds know: keys that are always the same, and how bytes are read.

use std::collections::BTreeMap;

use e3_identity::{
    Credential, Identity, IdentityKey, Introduction, PartyKeys, RevocationList, Serial, Succession,
    Validity,
};
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
    let keys = PartyKeys::of(alice().with_successions(vec![succession()])).expect("keys");
    let overlays = BTreeMap::from([("direct".to_owned(), ByteBuf::from(vec![1, 2, 3]))]);
    Introduction::new(&keys, SESSION, NAME, validity(), overlays)
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

fn validity() -> Validity {
    Validity::starting(NOW, 3600)
}

/// Reads CBOR, or JSON where that is what it looks like.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    if bytes.first() == Some(&b'{') {
        return serde_json::from_slice(bytes).ok();
    }
    ciborium::from_reader(bytes).ok()
}
