//! Decentralized identifiers (W3C DID Core 1.0), as far as E³ knows their methods.

use std::{cmp::Ordering, fmt, str::FromStr, sync::Arc};

use base64ct::{Base64Unpadded, Encoding as _};
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    document::DidDocument,
    multikey::{PublicKey, PublicKeyError, sound},
    resolve::ResolveError,
};

mod error;
mod key;
mod peer2;
mod peer4;
mod web;

pub use error::DidError;
pub use peer2::Purpose;

/// Methods that [`Did`] can be of.
pub const METHODS: [&str; 3] = ["key", "peer", "web"];

/// Bytes that a DID's text may have. A `did:peer` carries its whole document.
pub(crate) const MAX_TEXT: usize = 4096;

/// Characters of a bad text that an error repeats.
const SHOWN: usize = 80;

/// A well-formed DID of a known method, such as `did:key:z6Mk…`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Did(Arc<Inner>);

struct Inner {
    text: String,
    kind: Kind,
}

/// What stands in a DID, by its method.
#[derive(Debug)]
enum Kind {
    Key(VerifyingKey),
    /// `did:peer:2`, with the document that it spells out.
    Peer2(peer2::Parts),
    /// `did:peer:4`, with its document if it is the long form.
    Peer4(peer4::Parts),
    Web(web::Location),
}

impl Did {
    /// The `did:key` of an Ed25519 key, unless the key is weak.
    pub fn of(key: &VerifyingKey) -> Result<Self, PublicKeyError> {
        Ok(Self::unchecked(sound(key.as_bytes())?))
    }

    /// The `did:key` of a key that this crate has made or checked itself.
    pub(crate) fn unchecked(key: VerifyingKey) -> Self {
        let text = format!("did:key:{}", PublicKey::Ed25519(key).to_multibase());
        Self::new(text, Kind::Key(key))
    }

    /// The `did:web` of a host, with a port and a path where there are any: `example.org`, `example.org:8443/mpc`.
    pub fn web(place: &str) -> Result<Self, DidError> {
        web::text_of(place)?.parse()
    }

    /// The `did:peer:2` of keys with their purposes, and of services as DID Core writes them.
    pub fn peer2(keys: &[(Purpose, PublicKey)], services: &[Value]) -> Result<Self, DidError> {
        peer2::text_of(keys, services).parse()
    }

    /// The `did:peer:4`, long form, of a document without `id` whose names are relative (`#…`).
    pub fn peer4(input: &Value) -> Result<Self, DidError> {
        peer4::text_of(input).parse()
    }

    /// The DID's text.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The method's name: one of [`METHODS`].
    pub fn method(&self) -> &'static str {
        match self.0.kind {
            Kind::Key(_) => "key",
            Kind::Peer2(_) | Kind::Peer4(_) => "peer",
            Kind::Web(_) => "web",
        }
    }

    /// The method with its variant: `key`, `peer:2`, `peer:4` or `web`.
    pub fn variant(&self) -> &'static str {
        match self.0.kind {
            Kind::Key(_) => "key",
            Kind::Peer2(_) => "peer:2",
            Kind::Peer4(_) => "peer:4",
            Kind::Web(_) => "web",
        }
    }

    /// Where the document of a `did:web` is, as an `https:` URL; nothing for other methods.
    pub fn url(&self) -> Option<String> {
        match &self.0.kind {
            Kind::Web(location) => Some(location.url()),
            _ => None,
        }
    }

    /// The form by which DIDs are compared, pinned and listed: the short form of a `did:peer:4`, else the DID itself.
    #[must_use]
    pub fn short(&self) -> Self {
        match &self.0.kind {
            Kind::Peer4(parts) => parts.short(self),
            _ => self.clone(),
        }
    }

    /// Whether both name the same party: equal, or two forms of one `did:peer:4`.
    pub fn is(&self, other: &Self) -> bool {
        self == other || self.short() == other.short()
    }

    /// `SHA256:` and the base64, without padding, of the SHA-256 of the [short](Did::short) form's text: a DID can be
    /// pinned by it, and it is of a length that people can compare.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.short().as_str());
        format!("SHA256:{}", Base64Unpadded::encode_string(&digest))
    }

    /// The document of a DID that contains it: every `did:key`, `did:peer:2` and long `did:peer:4`.
    pub fn document(&self) -> Result<DidDocument, ResolveError> {
        match &self.0.kind {
            Kind::Key(key) => Ok(key::document(self, *key)),
            Kind::Peer2(parts) => Ok(parts.document(self)),
            Kind::Peer4(parts) => parts.document(self),
            Kind::Web(_) => Err(ResolveError::NeedsNetwork { did: self.clone() }),
        }
    }

    fn new(text: String, kind: Kind) -> Self {
        Self(Arc::new(Inner { text, kind }))
    }
}

impl FromStr for Did {
    type Err = DidError;

    fn from_str(text: &str) -> Result<Self, DidError> {
        if text.len() > MAX_TEXT {
            return Err(DidError::TooLong { found: text.len() });
        }
        let form = || DidError::Form { text: shown(text) };
        let (method, identifier) = text
            .strip_prefix("did:")
            .and_then(|rest| rest.split_once(':'))
            .ok_or_else(form)?;
        if method.is_empty() || !method.bytes().all(is_method_byte) {
            return Err(form());
        }
        let kind = match method {
            "key" => Kind::Key(key::parse(text, identifier)?),
            "peer" => match identifier.as_bytes().first() {
                Some(b'2') => Kind::Peer2(peer2::Parts::parse(&identifier[1..])?),
                Some(b'4') => Kind::Peer4(peer4::Parts::parse(&identifier[1..])?),
                _ => return Err(DidError::Variant { text: shown(text) }),
            },
            "web" => Kind::Web(web::Location::parse(text, identifier)?),
            _ => {
                return Err(DidError::Method {
                    method: shown(method),
                });
            }
        };
        Ok(Self::new(text.to_owned(), kind))
    }
}

/// A text's beginning, for an error.
fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

fn is_method_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

impl TryFrom<String> for Did {
    type Error = DidError;

    fn try_from(text: String) -> Result<Self, DidError> {
        text.parse()
    }
}

impl From<Did> for String {
    fn from(did: Did) -> Self {
        did.0.text.clone()
    }
}

impl PartialEq for Did {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for Did {}

impl std::hash::Hash for Did {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.text.hash(state);
    }
}

impl Ord for Did {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.text.cmp(&other.0.text)
    }
}

impl PartialOrd for Did {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.text)
    }
}

impl fmt::Debug for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Did({})", self.0.text)
    }
}
