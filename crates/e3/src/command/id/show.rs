//! `e3 id show`: who somebody is, by what is kept on this machine.

use std::path::Path;
use std::process::ExitCode;

use e3_identity::{DidDocument, Identity, KeyError, PublicKey, Succession, folder};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::{Global, IdShow};
use crate::fault::Fault;
use crate::{json, out};

/// An identity without its secret.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    folder: &'a Path,
    did: &'a str,
    method: &'static str,
    fingerprint: String,
    /// The name of its key in the document; empty where there is but one.
    key: &'a str,
    public_key: String,
    /// Where the document is to be published, of a `did:web`.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    document: DidDocument,
    successions: &'a [Succession],
}

/// Shows the identity in a folder.
///
/// # Errors
/// The user's: there is none, or it cannot be read.
pub fn main(args: &IdShow, global: &Global) -> Result<ExitCode, Fault> {
    let path = super::folder(args.path.as_ref())?;
    let identity = load(&path)?;
    tell("id-show", &path, &identity, global)?;
    Ok(ExitCode::SUCCESS)
}

/// The identity in a folder, which must hold one.
pub(super) fn load(path: &Path) -> Result<Identity, Fault> {
    folder::load(path)
        .map_err(|error| Fault::user(error.to_string()))?
        .ok_or_else(|| {
            Fault::user(format!("there is no identity in {}", path.display()))
                .hint("make one with `e3 id new`, or name its folder")
        })
}

/// What is said of an identity.
pub(super) fn shown<'a>(path: &'a Path, identity: &'a Identity) -> Result<Shown<'a>, KeyError> {
    Ok(Shown {
        folder: path,
        did: identity.did().as_str(),
        method: identity.did().method(),
        fingerprint: identity.did().fingerprint(),
        key: identity.key().as_str(),
        public_key: PublicKey::Ed25519(identity.secret().verifying_key()).to_multibase(),
        url: identity.did().url(),
        document: identity.document()?,
        successions: identity.successions(),
    })
}

/// Shows an identity, as a table or as the document of that verb.
pub(super) fn tell(
    verb: &str,
    path: &Path,
    identity: &Identity,
    global: &Global,
) -> Result<(), Fault> {
    let shown = shown(path, identity).map_err(|error| Fault::user(error.to_string()))?;
    if global.json {
        return json::print(verb, &shown);
    }
    out::line(&format!("DID          {}", shown.did))?;
    out::line(&format!("fingerprint  {}", shown.fingerprint))?;
    let name = match shown.key {
        "" => String::new(),
        name => format!(" (#{name})"),
    };
    out::line(&format!("key          {}{name}", shown.public_key))?;
    if let Some(url) = &shown.url {
        out::line(&format!("document     {url}"))?;
    }
    for one in shown.successions.iter().rev() {
        let since = i64::try_from(one.time)
            .ok()
            .and_then(|time| Timestamp::from_second(time).ok())
            .map_or_else(|| one.time.to_string(), |time| time.to_string());
        out::line(&format!("succeeds     {} since {since}", one.old))?;
    }
    out::line(&format!("kept in      {}", path.display()))
}

/// Prints the document that a `did:web` is to publish, by itself, so that it can be sent to a file.
pub(super) fn tell_document(
    verb: &str,
    path: &Path,
    identity: &Identity,
    global: &Global,
) -> Result<(), Fault> {
    let Some(url) = identity.did().url().filter(|_| !global.json) else {
        return tell(verb, path, identity, global);
    };
    let document = identity
        .document()
        .map_err(|error| Fault::user(error.to_string()))?;
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| Fault::ours(format!("a document cannot be written: {error}")))?;
    out::line(&text)?;
    out::aside(&format!(
        "{} is kept in {}. Publish the document above at\n{url}\nand see with `e3 id resolve {}` that it is there.\n",
        identity.did(),
        path.display(),
        identity.did(),
    ));
    Ok(())
}
