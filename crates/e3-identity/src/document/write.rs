//! Writing documents as DID Core's JSON.

use serde_json::{Map, Value, json};

use super::{DidDocument, KeyId, Service};
use crate::PublicKey;

/// What the words of a document mean.
const CONTEXT: [&str; 2] = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
];

impl DidDocument {
    /// The document, as a web server gives it for a `did:web`.
    pub fn to_json(&self) -> Value {
        let mut map = Map::new();
        map.insert("@context".to_owned(), json!(CONTEXT));
        map.insert("id".to_owned(), json!(self.id));
        let mut insert = |name: &str, list: Vec<Value>| {
            if !list.is_empty() {
                map.insert(name.to_owned(), Value::Array(list));
            }
        };
        insert(
            "alsoKnownAs",
            self.also_known_as.iter().map(|name| json!(name)).collect(),
        );
        insert(
            "verificationMethod",
            self.methods
                .iter()
                .map(|method| self.method(&method.id, &method.key))
                .collect(),
        );
        insert("authentication", self.names(&self.authentication));
        insert("assertionMethod", self.names(&self.assertion));
        insert("keyAgreement", self.names(&self.key_agreement));
        insert("capabilityInvocation", self.names(&self.invocation));
        insert("capabilityDelegation", self.names(&self.delegation));
        insert(
            "service",
            self.services.iter().map(Service::to_json).collect(),
        );
        Value::Object(map)
    }

    fn method(&self, id: &KeyId, key: &PublicKey) -> Value {
        let id = self.name(id);
        match key {
            PublicKey::Other(kind) => json!({"id": id, "type": kind, "controller": self.id}),
            key => json!({
                "id": id,
                "type": "Multikey",
                "controller": self.id,
                "publicKeyMultibase": key.to_multibase(),
            }),
        }
    }

    fn names(&self, ids: &[KeyId]) -> Vec<Value> {
        ids.iter().map(|id| json!(self.name(id))).collect()
    }

    fn name(&self, id: &KeyId) -> String {
        format!("{}#{id}", self.id)
    }
}

impl From<DidDocument> for Value {
    fn from(document: DidDocument) -> Self {
        document.to_json()
    }
}
