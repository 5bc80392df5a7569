//! Documents as JSON: DID Core's own form, and what is left out where a DID gives the context.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::{Map, Value};

use super::{DidDocument, DocumentError, KeyId, MAX_METHODS, Service, VerificationMethod};
use crate::{
    Did, PublicKey,
    multikey::{PublicKeyError, sound, thirty_two},
};

impl DidDocument {
    /// Reads the JSON document of this DID.
    pub fn from_json(bytes: &[u8], expected: &Did) -> Result<Self, DocumentError> {
        let value: Value = serde_json::from_slice(bytes).map_err(|error| DocumentError::Json {
            reason: error.to_string(),
        })?;
        Self::from_value(&value, expected)
    }

    fn from_value(value: &Value, expected: &Did) -> Result<Self, DocumentError> {
        match value.get("id") {
            Some(Value::String(id)) if id == expected.as_str() => Self::contextual(expected, value),
            other => Err(DocumentError::OtherId {
                found: other
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .chars()
                    .take(256)
                    .collect(),
                expected: expected.clone(),
            }),
        }
    }

    /// Reads a document whose DID is known from elsewhere.
    pub(crate) fn contextual(id: &Did, value: &Value) -> Result<Self, DocumentError> {
        let map = value.as_object().ok_or_else(|| form("it", "an object"))?;
        let mut document = Self::empty(id.clone());
        for name in list(map, "alsoKnownAs")? {
            let name = name.as_str().ok_or_else(|| form("alsoKnownAs", "texts"))?;
            document.also_known_as.push(name.to_owned());
        }
        for method in list(map, "verificationMethod")? {
            document.take_method(method)?;
        }
        document.authentication = document.relationship(map, "authentication")?;
        document.assertion = document.relationship(map, "assertionMethod")?;
        document.key_agreement = document.relationship(map, "keyAgreement")?;
        document.invocation = document.relationship(map, "capabilityInvocation")?;
        document.delegation = document.relationship(map, "capabilityDelegation")?;
        for service in list(map, "service")? {
            document.services.push(Service::parse(service)?);
        }
        Ok(document)
    }

    /// The keys of a relationship: named, or standing there themselves.
    fn relationship(
        &mut self,
        map: &Map<String, Value>,
        part: &'static str,
    ) -> Result<Vec<KeyId>, DocumentError> {
        let mut names = Vec::new();
        for entry in list(map, part)? {
            let name = match entry {
                Value::String(id) => self.own_name(id)?,
                Value::Object(_) => self.take_method(entry)?,
                _ => return Err(form(part, "names of keys, or keys")),
            };
            // The key of another document, or one that is nowhere, is nobody's here.
            let known = name.filter(|name| self.methods.iter().any(|method| method.id == *name));
            names.extend(known);
        }
        Ok(names)
    }

    /// Takes a verification method, unless it is of another DID; its name.
    fn take_method(&mut self, value: &Value) -> Result<Option<KeyId>, DocumentError> {
        let part = "a verification method";
        let text = |key: &str| value.get(key).map(|one| one.as_str().ok_or(()));
        let Some(Ok(id)) = text("id") else {
            return Err(form(part, "a text as its id"));
        };
        let Some(name) = self.own_name(id)? else {
            return Ok(None);
        };
        if name.is_empty() {
            return Err(form(part, "a name behind `#` in its id"));
        }
        match text("controller") {
            None => {}
            Some(Ok(controller)) if controller == self.id.as_str() => {}
            Some(Ok(_)) => return Ok(None),
            Some(Err(())) => return Err(form(part, "a text as its controller")),
        }
        if self.methods.iter().any(|method| method.id == name) {
            return Err(DocumentError::SameName { name });
        }
        if self.methods.len() == MAX_METHODS {
            return Err(DocumentError::TooMany {
                part: "verificationMethod",
                found: MAX_METHODS + 1,
            });
        }
        let key = key_of(value).map_err(|source| DocumentError::Key {
            name: name.clone(),
            source,
        })?;
        self.methods.push(VerificationMethod {
            id: name.clone(),
            key,
        });
        Ok(Some(name))
    }

    /// The fragment of a key's id, if it is this DID's.
    fn own_name(&self, id: &str) -> Result<Option<KeyId>, DocumentError> {
        let (did, fragment) = id
            .split_once('#')
            .ok_or_else(|| form("the id of a key", "DID#NAME or #NAME"))?;
        if !did.is_empty() && did != self.id.as_str() && did != self.id.short().as_str() {
            return Ok(None);
        }
        KeyId::try_from(fragment.to_owned()).map(Some)
    }
}

/// The key of a verification method, in any of the forms that are in use.
fn key_of(value: &Value) -> Result<PublicKey, PublicKeyError> {
    let kind = value
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if let Some(text) = value.get("publicKeyMultibase") {
        return PublicKey::from_multibase(text.as_str().ok_or(PublicKeyError::Encoding)?);
    }
    if let Some(text) = value.get("publicKeyBase58") {
        let text = text.as_str().ok_or(PublicKeyError::Encoding)?;
        let decoded = bs58::decode(text).into_vec();
        return of_kind(kind, &decoded.map_err(|_| PublicKeyError::Encoding)?);
    }
    if let Some(jwk) = value.get("publicKeyJwk") {
        let member = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
        if member("kty") != "OKP" {
            return Ok(PublicKey::Other(member("kty").to_owned()));
        }
        let key = Base64UrlUnpadded::decode_vec(member("x"));
        return of_kind(member("crv"), &key.map_err(|_| PublicKeyError::Encoding)?);
    }
    Ok(PublicKey::Other(kind.to_owned()))
}

fn of_kind(kind: &str, key: &[u8]) -> Result<PublicKey, PublicKeyError> {
    if kind.starts_with("Ed25519") {
        return Ok(PublicKey::Ed25519(sound(&thirty_two(key)?)?));
    }
    if kind.starts_with("X25519") {
        return thirty_two(key).map(PublicKey::X25519);
    }
    Ok(PublicKey::Other(kind.to_owned()))
}

/// A list of the document, empty where there is none.
fn list<'a>(map: &'a Map<String, Value>, part: &'static str) -> Result<&'a [Value], DocumentError> {
    match map.get(part) {
        None => Ok(&[]),
        Some(Value::Array(list)) if list.len() > MAX_METHODS => Err(DocumentError::TooMany {
            part,
            found: list.len(),
        }),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(form(part, "a list")),
    }
}

fn form(part: &str, expected: &'static str) -> DocumentError {
    DocumentError::Form {
        part: part.to_owned(),
        expected,
    }
}

impl TryFrom<Value> for DidDocument {
    type Error = DocumentError;

    fn try_from(value: Value) -> Result<Self, DocumentError> {
        let id = value.get("id").and_then(Value::as_str).unwrap_or_default();
        let did: Did = id
            .parse()
            .map_err(|_| form("id", "a DID of a known method"))?;
        Self::from_value(&value, &did)
    }
}
