//! `did:peer:2`: keys and services, spelt out one after the other.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::{Map, Value};

use super::{Did, DidError, shown};
use crate::{
    document::{DidDocument, KeyId, MAX_METHODS, Service, VerificationMethod},
    multikey::{PublicKey, multihash},
};

/// What common words of services are shortened to.
const SHORT: [(&str, &str); 4] = [
    ("type", "t"),
    ("serviceEndpoint", "s"),
    ("routingKeys", "r"),
    ("accept", "a"),
];

/// The type of service that is shortened, and to what.
const MESSAGING: (&str, &str) = ("DIDCommMessaging", "dm");

/// How deep a service may be nested.
const MAX_DEPTH: usize = 8;

/// What a key of a `did:peer:2` is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To prove who one is.
    Authentication,
    /// To state something.
    Assertion,
    /// To have messages sealed to.
    Agreement,
    /// To use a capability.
    Invocation,
    /// To pass one on.
    Delegation,
}

/// The parts of a DID, in their order.
#[derive(Debug)]
pub(super) struct Parts {
    keys: Vec<(Purpose, PublicKey)>,
    services: Vec<Service>,
}

impl Parts {
    /// Reads what follows `did:peer:2`.
    pub(super) fn parse(text: &str) -> Result<Self, DidError> {
        let mut parts = Self {
            keys: Vec::new(),
            services: Vec::new(),
        };
        let Some(text) = text.strip_prefix('.') else {
            return Err(wrong(1, "expected `.` and a purpose behind did:peer:2"));
        };
        for (position, part) in text.split('.').enumerate() {
            let number = position + 1;
            if number > MAX_METHODS {
                return Err(wrong(number, "more parts than are accepted"));
            }
            parts.take(number, part)?;
        }
        Ok(parts)
    }

    fn take(&mut self, number: usize, part: &str) -> Result<(), DidError> {
        if let Some(text) = part.strip_prefix('S') {
            let unnamed = self.services.iter().filter(|one| one.unnamed).count();
            self.services.push(service(number, text, unnamed)?);
            return Ok(());
        }
        let found = Purpose::ALL
            .iter()
            .find_map(|purpose| Some((*purpose, part.strip_prefix(purpose.letter())?)));
        let Some((purpose, text)) = found else {
            let reason = format!(
                "expected one of the purposes A, E, V, I, D and S, found {:?}",
                shown(part)
            );
            return Err(wrong(number, &reason));
        };
        let key =
            PublicKey::from_multibase(text).map_err(|error| wrong(number, &error.to_string()))?;
        self.keys.push((purpose, key));
        Ok(())
    }

    /// The document that the parts spell out: keys are `#key-1` and so on, services `#service`, `#service-1` and so on.
    pub(super) fn document(&self, did: &Did) -> DidDocument {
        let mut document = DidDocument::empty(did.clone());
        document.also_known_as.extend(peer3(did));
        for (number, (purpose, key)) in (1..).zip(&self.keys) {
            let id = KeyId::unchecked(format!("key-{number}"));
            let list = match purpose {
                Purpose::Authentication => &mut document.authentication,
                Purpose::Assertion => &mut document.assertion,
                Purpose::Agreement => &mut document.key_agreement,
                Purpose::Invocation => &mut document.invocation,
                Purpose::Delegation => &mut document.delegation,
            };
            list.push(id.clone());
            document.methods.push(VerificationMethod {
                id,
                key: key.clone(),
            });
        }
        document.services.clone_from(&self.services);
        document
    }
}

/// The `did:peer:3` of a `did:peer:2`: the hash of what follows the `2`.
fn peer3(did: &Did) -> Option<String> {
    let parts = did.as_str().strip_prefix("did:peer:2")?;
    Some(format!("did:peer:3{}", multihash(parts)))
}

impl Purpose {
    const ALL: [Self; 5] = [
        Self::Authentication,
        Self::Assertion,
        Self::Agreement,
        Self::Invocation,
        Self::Delegation,
    ];

    fn letter(self) -> char {
        match self {
            Self::Authentication => 'V',
            Self::Assertion => 'A',
            Self::Agreement => 'E',
            Self::Invocation => 'I',
            Self::Delegation => 'D',
        }
    }
}

/// The text of a `did:peer:2` with these keys and services, each service as DID Core writes it.
pub(super) fn text_of(keys: &[(Purpose, PublicKey)], services: &[Value]) -> String {
    let mut text = "did:peer:2".to_owned();
    for (purpose, key) in keys {
        text.push('.');
        text.push(purpose.letter());
        text.push_str(&key.to_multibase());
    }
    for service in services {
        let short = rename(service, MAX_DEPTH, shorten).unwrap_or(Value::Null);
        text.push_str(".S");
        text.push_str(&Base64UrlUnpadded::encode_string(
            short.to_string().as_bytes(),
        ));
    }
    text
}

fn service(number: usize, text: &str, unnamed: usize) -> Result<Service, DidError> {
    let bytes = Base64UrlUnpadded::decode_vec(text)
        .map_err(|_| wrong(number, "expected base64url without padding behind S"))?;
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|error| wrong(number, &format!("a service is no JSON: {error}")))?;
    let value = rename(&value, MAX_DEPTH, lengthen)
        .ok_or_else(|| wrong(number, "a service is nested too deep"))?;
    Service::numbered(&value, unnamed).map_err(|error| wrong(number, &error.to_string()))
}

/// Renames the keys of objects, and the type of a service; nothing if it is nested deeper than that.
fn rename(value: &Value, depth: usize, word: impl Fn(&str) -> String + Copy) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Object(map) => {
            let mut renamed = Map::new();
            for (key, value) in map {
                let is_type = key == "t" || key == "type";
                let value = match value {
                    Value::String(text) if is_type => Value::String(word(text)),
                    other => rename(other, depth, word)?,
                };
                renamed.insert(word(key), value);
            }
            Some(Value::Object(renamed))
        }
        Value::Array(list) => {
            let list: Option<Vec<_>> = list.iter().map(|one| rename(one, depth, word)).collect();
            list.map(Value::Array)
        }
        plain => Some(plain.clone()),
    }
}

fn lengthen(word: &str) -> String {
    SHORT
        .iter()
        .chain([&MESSAGING])
        .find(|(_, short)| *short == word)
        .map_or(word, |(long, _)| long)
        .to_owned()
}

fn shorten(word: &str) -> String {
    SHORT
        .iter()
        .chain([&MESSAGING])
        .find(|(long, _)| *long == word)
        .map_or(word, |(_, short)| short)
        .to_owned()
}

fn wrong(part: usize, reason: &str) -> DidError {
    DidError::Part {
        part,
        reason: reason.to_owned(),
    }
}
