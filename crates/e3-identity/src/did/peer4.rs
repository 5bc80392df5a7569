//! `did:peer:4`: the hash of a document, and in the long form the document behind it.

use serde_json::Value;

use super::{Did, DidError, Kind};
use crate::{
    document::DidDocument,
    multikey::{BASE58BTC, SHA2_256, multihash},
    resolve::ResolveError,
};

/// Multicodec of JSON, 0x0200, as a variable-length integer.
const JSON: [u8; 2] = [0x80, 0x04];

/// The parts of a DID.
#[derive(Debug)]
pub(super) struct Parts {
    /// The multihash, with its multibase prefix.
    hash: String,
    /// The document, in the long form.
    input: Option<Value>,
}

impl Parts {
    /// Reads what follows `did:peer:4`.
    pub(super) fn parse(text: &str) -> Result<Self, DidError> {
        let (hash, encoded) = match text.split_once(':') {
            None => (text, None),
            Some((hash, encoded)) => (hash, Some(encoded)),
        };
        let multihash = decode(hash).ok_or(DidError::PeerForm {
            reason: "expected `z` and base58 behind did:peer:4",
        })?;
        if multihash.len() != 34 || !multihash.starts_with(&SHA2_256) {
            return Err(DidError::PeerForm {
                reason: "expected a SHA-256 multihash (zQm…)",
            });
        }
        let input = encoded.map(|encoded| input_of(hash, encoded)).transpose()?;
        Ok(Self {
            hash: hash.to_owned(),
            input,
        })
    }

    /// The short form.
    pub(super) fn short(&self, did: &Did) -> Did {
        if self.input.is_none() {
            return did.clone();
        }
        let parts = Self {
            hash: self.hash.clone(),
            input: None,
        };
        Did::new(format!("did:peer:4{}", self.hash), Kind::Peer4(parts))
    }

    /// The document as the long form names it.
    pub(super) fn document(&self, did: &Did) -> Result<DidDocument, ResolveError> {
        let Some(input) = &self.input else {
            return Err(ResolveError::ShortForm { did: did.clone() });
        };
        let mut document =
            DidDocument::contextual(did, input).map_err(|error| ResolveError::Document {
                did: did.clone(),
                source: Box::new(error),
            })?;
        document.also_known_as.push(did.short().to_string());
        Ok(document)
    }
}

/// The long form's text for a document without `id`.
pub(super) fn text_of(input: &Value) -> String {
    let bytes = [&JSON[..], input.to_string().as_bytes()].concat();
    let encoded = format!("{BASE58BTC}{}", bs58::encode(bytes).into_string());
    format!("did:peer:4{}:{encoded}", multihash(&encoded))
}

fn input_of(hash: &str, encoded: &str) -> Result<Value, DidError> {
    if multihash(encoded) != hash {
        return Err(DidError::PeerHash);
    }
    let bytes = decode(encoded).ok_or(DidError::PeerForm {
        reason: "expected `z` and base58 behind the hash",
    })?;
    let json = bytes.strip_prefix(&JSON).ok_or(DidError::PeerForm {
        reason: "expected JSON (prefix 8004) behind the hash",
    })?;
    let input: Value = serde_json::from_slice(json).map_err(|_| DidError::PeerForm {
        reason: "what stands behind the hash is no JSON",
    })?;
    if input.get("id").is_some() {
        return Err(DidError::PeerForm {
            reason: "the document behind the hash must not say its own id",
        });
    }
    // Whether it can be used is known at once, so that a DID that is read can be resolved.
    let short: Did = format!("did:peer:4{hash}").parse()?;
    DidDocument::contextual(&short, &input).map_err(|error| DidError::Document(Box::new(error)))?;
    Ok(input)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    bs58::decode(text.strip_prefix(BASE58BTC)?).into_vec().ok()
}
