//! `e3 id resolve`: the document of a DID.

use std::process::ExitCode;

use e3_identity::{Did, DidDocument, Offline, PublicKey, ResolveError, Resolver as _};
use e3_resolver::Network;
use serde::Serialize;
use tokio::runtime;

use crate::cli::{Global, IdResolve};
use crate::fault::Fault;
use crate::{json, out};

/// What is known of a DID.
#[derive(Serialize)]
struct Resolved<'a> {
    did: &'a str,
    fingerprint: String,
    /// The names of the keys that sign for it, and the keys.
    signing_keys: Vec<SigningKey>,
    document: &'a DidDocument,
}

#[derive(Serialize)]
struct SigningKey {
    name: String,
    key: String,
}

/// Looks a DID up.
///
/// # Errors
/// The user's: it is no DID, or its document is not to be had.
pub fn main(args: &IdResolve, global: &Global) -> Result<ExitCode, Fault> {
    let did: Did = args
        .did
        .parse()
        .map_err(|error: e3_identity::DidError| Fault::user(error.to_string()))?;
    let document = look_up(&did, args.offline)?;
    let signing_keys: Vec<_> = document
        .signing_keys()
        .map(|(name, key)| SigningKey {
            name: name.to_string(),
            key: PublicKey::Ed25519(*key).to_multibase(),
        })
        .collect();
    if global.json {
        let fingerprint = did.fingerprint();
        let resolved = Resolved {
            did: did.as_str(),
            fingerprint,
            signing_keys,
            document: &document,
        };
        json::print("id-resolve", &resolved)?;
        return Ok(ExitCode::SUCCESS);
    }
    out::line(&format!("DID          {did}"))?;
    out::line(&format!("fingerprint  {}", did.fingerprint()))?;
    for SigningKey { name, key } in &signing_keys {
        out::line(&format!("signs with   {key} (#{name})"))?;
    }
    if signing_keys.is_empty() {
        out::line("signs with   no key: its document has no Ed25519 key for that")?;
    }
    for service in document.services() {
        let endpoint = &service.endpoint;
        let kind = service.kind.join(", ");
        out::line(&format!("service      {kind} {endpoint}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn look_up(did: &Did, offline: bool) -> Result<DidDocument, Fault> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::ours(format!("cannot start: {error}")))?;
    let network = Network::new();
    let looking = if offline {
        Offline.resolve(did)
    } else {
        network.resolve(did)
    };
    runtime.block_on(looking).map_err(|error| {
        let fault = Fault::user(error.to_string());
        match error {
            ResolveError::NeedsNetwork { .. } => fault.hint("leave --offline out"),
            _ => fault,
        }
    })
}
