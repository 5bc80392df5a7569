//! Parties and what they say of themselves.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses its own part, and helpers of tests may panic as tests may"
)]

pub(crate) mod interpreter;
pub(crate) mod python;

use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use e3_identity::{Identity, Introduction, PartyKeys, Validity};
use serde_bytes::ByteBuf;
use serde_json::{Value, json};

pub(crate) const SESSION: [u8; 16] = [0x5e; 16];
pub(crate) const OTHER_SESSION: [u8; 16] = [0x5f; 16];
pub(crate) const NOW: u64 = 1_800_000_000;

pub(crate) fn party(identity: Identity) -> PartyKeys {
    PartyKeys::of(identity).unwrap()
}

/// The introduction of a party, good for an hour from [`NOW`] on.
pub(crate) fn introduction(keys: &PartyKeys, name: &str) -> Introduction {
    let overlays = BTreeMap::from([("direct".to_owned(), ByteBuf::from(vec![1, 2, 3]))]);
    Introduction::new(keys, SESSION, name, Validity::starting(NOW, 3600), overlays)
}

const RELATIONSHIPS: [&str; 5] = [
    "authentication",
    "assertionMethod",
    "keyAgreement",
    "capabilityInvocation",
    "capabilityDelegation",
];

/// A document with every reference in full, and every key of one type, so that two writings of it are equal.
pub(crate) fn plain(document: &Value) -> Value {
    let id = document["id"].as_str().unwrap();
    let full = |name: &Value| match name.as_str().unwrap() {
        text if text.starts_with('#') => json!(format!("{id}{text}")),
        text => json!(text),
    };
    let mut plain = document.clone();
    plain.as_object_mut().unwrap().remove("@context");
    let mut methods = match plain["verificationMethod"].take() {
        Value::Array(methods) => methods,
        _ => vec![],
    };
    for relationship in RELATIONSHIPS {
        for name in plain[relationship].as_array_mut().into_iter().flatten() {
            if name.is_object() {
                let here = name.take();
                *name = here["id"].clone();
                methods.push(here);
            }
            *name = full(name);
        }
    }
    for method in &mut methods {
        if let Some(key) = raw(method) {
            let prefix = match method["type"].as_str().unwrap() {
                kind if kind.starts_with("Ed25519") => [0xed, 0x01],
                _ => [0xec, 0x01],
            };
            let key = bs58::encode([&prefix[..], &key].concat()).into_string();
            method["publicKeyMultibase"] = json!(format!("z{key}"));
        }
        method["id"] = full(&method["id"]);
        method["type"] = json!("Multikey");
    }
    plain["verificationMethod"] = json!(methods);
    let map = plain.as_object_mut().unwrap();
    map.retain(|_, value| *value != json!([]) && !value.is_null());
    plain
}

/// Takes a key out that is written without its kind.
fn raw(method: &mut Value) -> Option<Vec<u8>> {
    let method = method.as_object_mut().unwrap();
    if let Some(text) = method.remove("publicKeyBase58") {
        return bs58::decode(text.as_str().unwrap()).into_vec().ok();
    }
    let jwk = method.remove("publicKeyJwk")?;
    let x = jwk["x"].as_str().filter(|_| jwk["kty"] == "OKP")?;
    Base64UrlUnpadded::decode_vec(x).ok()
}
