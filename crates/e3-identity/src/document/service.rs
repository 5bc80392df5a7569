//! Services: where a DID's subject can be reached.

use serde_json::{Map, Value, json};

use super::DocumentError;

/// A service as a document lists it. E³ connects to none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name within the document, or the URL that names it.
    pub id: String,
    /// Its type, or types.
    pub kind: Vec<String>,
    /// Where it is, as the document writes it.
    pub endpoint: Value,
    /// What else the document says of it.
    pub more: Map<String, Value>,
    /// Whether its name comes from its place in a `did:peer:2`.
    pub(crate) unnamed: bool,
}

impl Service {
    /// Reads a service.
    pub(crate) fn parse(value: &Value) -> Result<Self, DocumentError> {
        match value.get("id") {
            Some(Value::String(id)) => Self::named(value, id.clone(), false),
            _ => Err(form("a text as its id")),
        }
    }

    /// Reads a service that may have no name, after so many others without.
    pub(crate) fn numbered(value: &Value, before: usize) -> Result<Self, DocumentError> {
        if value.get("id").is_some() {
            return Self::parse(value);
        }
        let id = match before {
            0 => "#service".to_owned(),
            number => format!("#service-{number}"),
        };
        Self::named(value, id, true)
    }

    fn named(value: &Value, id: String, unnamed: bool) -> Result<Self, DocumentError> {
        let text = |one: &Value| one.as_str().map(str::to_owned);
        let kind = match value.get("type") {
            Some(Value::String(kind)) => Some(vec![kind.clone()]),
            Some(Value::Array(list)) => list.iter().map(text).collect(),
            _ => None,
        };
        let kind = kind.ok_or_else(|| form("a text as its type"))?;
        let endpoint = value
            .get("serviceEndpoint")
            .filter(|endpoint| endpoint.is_string() || endpoint.is_object() || endpoint.is_array())
            .ok_or_else(|| form("a text, an object or a list as its serviceEndpoint"))?;
        let mut more = value.as_object().cloned().unwrap_or_default();
        more.retain(|key, _| !["id", "type", "serviceEndpoint"].contains(&key.as_str()));
        Ok(Self {
            id,
            kind,
            endpoint: endpoint.clone(),
            more,
            unnamed,
        })
    }

    /// The service as a document lists it.
    pub(super) fn to_json(&self) -> Value {
        let kind = match self.kind.as_slice() {
            [one] => json!(one),
            several => json!(several),
        };
        let mut map = self.more.clone();
        map.insert("id".to_owned(), json!(self.id));
        map.insert("type".to_owned(), kind);
        map.insert("serviceEndpoint".to_owned(), self.endpoint.clone());
        Value::Object(map)
    }
}

fn form(expected: &'static str) -> DocumentError {
    DocumentError::Form {
        part: "a service".to_owned(),
        expected,
    }
}
