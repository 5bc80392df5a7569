//! Whom an auditor knows, on the command line.

use std::str::FromStr;

use e3_identity::{Did, DidError, PublicKey};

/// A DID, with its key where the DID does not contain it: `DID` or `DID#KEY`.
#[derive(Clone, Debug)]
pub struct KnownDid {
    /// The DID.
    pub did: Did,
    /// The Ed25519 key that alone may sign for it.
    pub key: Option<PublicKey>,
}

impl FromStr for KnownDid {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (did, key) = match text.split_once('#') {
            Some((did, key)) => (did, Some(ed25519(key)?)),
            None => (text, None),
        };
        let did = did.parse().map_err(|error: DidError| error.to_string())?;
        Ok(Self { did, key })
    }
}

fn ed25519(text: &str) -> Result<PublicKey, String> {
    match PublicKey::from_multibase(text) {
        Ok(key @ PublicKey::Ed25519(_)) => Ok(key),
        Ok(_) => Err(format!(
            "{text:?} is no Ed25519 key: expected one such as z6Mk…"
        )),
        Err(error) => Err(format!("{text:?} is no key: {error}")),
    }
}

/// Splits `NAME=DID` and `NAME=DID#KEY`.
pub(super) fn name_and_did(text: &str) -> Result<(String, KnownDid), String> {
    let (name, did) = text
        .split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| "expected NAME=DID, such as ams=did:key:z6Mk…".to_owned())?;
    Ok((name.to_owned(), did.parse()?))
}
