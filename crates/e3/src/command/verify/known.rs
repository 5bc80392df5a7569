//! What the auditor knows by other ways than from the record.

use std::io::Read as _;
use std::path::Path;

use e3_identity::DidDocument;
use e3_session::audit::Known;
use e3_session::types::Terms;

use super::{program, read};
use crate::cli::{KnownDid, Verify};
use crate::fault::Fault;

/// Bytes that a DID's document may have.
const MOST: u64 = 1024 * 1024;

/// From the command line, and the files that it names.
pub(super) fn known(args: &Verify, terms: &Terms) -> Result<Known, Fault> {
    let mut known = Known::default();
    for (name, said) in &args.did {
        if known.dids.insert(name.clone(), said.did.clone()).is_some() {
            return Err(Fault::user(format!("`--did {name}=…` is said twice")));
        }
        key(&mut known, said)?;
    }
    if let Some(said) = &args.authority {
        known.authority = Some(said.did.clone());
        key(&mut known, said)?;
    }
    for path in &args.document {
        let document = document(path)?;
        if document.id().url().is_none() {
            return Err(Fault::user(format!(
                "{} contains its keys itself: only documents of did:web are published",
                document.id()
            )));
        }
        known.documents.insert(document);
    }
    if let Some(path) = &args.program {
        known.program = Some(program::digest_at(path, terms)?);
    }
    Ok(known)
}

fn key(known: &mut Known, said: &KnownDid) -> Result<(), Fault> {
    let Some(key) = &said.key else {
        return Ok(());
    };
    match known.keys.insert(said.did.clone(), key.clone()) {
        Some(other) if other != *key => Err(Fault::user(format!(
            "two keys are given for {}",
            said.did
        ))
        .hint("where several keys may sign for a DID, give its document by --document FILE")),
        _ => Ok(()),
    }
}

fn document(path: &Path) -> Result<DidDocument, Fault> {
    let unreadable =
        |error: std::io::Error| Fault::user(format!("cannot read {}: {error}", path.display()));
    let (file, _) = read::regular(path).map_err(unreadable)?;
    let mut text = Vec::new();
    file.take(MOST).read_to_end(&mut text).map_err(unreadable)?;
    serde_json::from_slice(&text).map_err(|error| {
        Fault::user(format!(
            "{} is no document of a DID: {error}",
            path.display()
        ))
    })
}
