//! `e3 ca issue`: certifies a party.

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;

use e3_holder::authority::{Certifier, Kept, endorsement};
use e3_holder::clock::now_s;
use e3_holder::state::StateRoot;
use e3_identity::authority::read_request;
use e3_identity::{Did, Endorsement, Introduction};
use e3_overlay::Registry;
use e3_session::types::PartyIndex;
use serde::Serialize;

use super::{seconds, time};
use crate::cli::{CaIssue, Global};
use crate::fault::Fault;
use crate::{json, out};

/// The overlay whose certificates bear indices.
const OVERLAY: &str = "tls";

/// What was issued.
#[derive(Serialize)]
struct Issued {
    serial: String,
    subject: Did,
    names: Vec<String>,
    /// In Unix seconds.
    not_after: u64,
    endorsement: Endorsement,
}

/// Whom to certify.
enum Party {
    Did(Did),
    Introduced(Box<Introduction>),
}

/// Certifies a party.
///
/// # Errors
/// The user's: there is no such authority, the DID or introduction is none, or was revoked.
pub fn main(args: &CaIssue, global: &Global) -> Result<ExitCode, Fault> {
    let party = party(&args.who)?;
    let (did, names) = match &party {
        Party::Did(did) if !args.names.is_empty() => (did, args.names.clone()),
        Party::Did(_) => {
            return Err(Fault::user("a DID says no name to certify")
                .hint("say under which it may take part: `--as alice`"));
        }
        Party::Introduced(introduction) => {
            let mut names = vec![introduction.name.clone()];
            names.extend(
                args.names
                    .iter()
                    .filter(|name| **name != introduction.name)
                    .cloned(),
            );
            (&introduction.did, names)
        }
    };
    if args.index.is_some() {
        check_request(&party)?;
    }
    let mut kept = Kept::open(&StateRoot::from_env()?, &args.authority)?;
    if args.again {
        kept.admit_again(did);
    }
    let credential = kept.issue(did, names, seconds(args.days))?;
    let (serial, not_after) = (credential.serial.to_string(), credential.not_after);
    let (subject, names) = (credential.subject.clone(), credential.names.clone());
    let endorsement = match (&party, args.index) {
        (Party::Introduced(introduction), Some(index)) => {
            let overlay = Registry::builtin().make(OVERLAY);
            let overlay = overlay.ok_or_else(|| Fault::ours("there is no overlay `tls`"))?;
            endorsement(
                credential,
                &Certifier::of(kept.authority()),
                introduction,
                PartyIndex(index),
                &*overlay,
            )?
        }
        _ => Endorsement::Ca {
            authority: kept.authority().did().clone(),
            credential: Box::new(credential),
            certificates: BTreeMap::new(),
        },
    };
    let issued = Issued {
        serial,
        subject,
        names,
        not_after,
        endorsement,
    };
    tell(args, global, &issued)
}

/// Whether the party comes with a key to certify: found out before anything is issued.
fn check_request(party: &Party) -> Result<(), Fault> {
    let Party::Introduced(introduction) = party else {
        return Err(
            Fault::user("a DID comes with no key to certify for overlay tls")
                .hint("give a file with the party's introduction instead of its DID"),
        );
    };
    let request = introduction.overlays.get(OVERLAY);
    let request = request.ok_or_else(|| {
        Fault::user(format!(
            "the introduction of {} is not for overlay tls",
            introduction.name
        ))
        .hint("leave out `--index`, or let the party introduce itself for that overlay")
    })?;
    let read = read_request(request, &introduction.did);
    read.map(|_| ()).map_err(|error| {
        Fault::user(format!(
            "the key that {} introduces: {error}",
            introduction.name
        ))
    })
}

/// Reads what the party is.
fn party(who: &str) -> Result<Party, Fault> {
    if who.starts_with("did:") {
        return who
            .parse()
            .map(Party::Did)
            .map_err(|error: e3_identity::DidError| Fault::user(error.to_string()));
    }
    let text = fs::read(who).map_err(|error| {
        Fault::user(format!("cannot read {who}: {error}"))
            .hint("name a DID (did:key:z6Mk…), or a file with an introduction")
    })?;
    let introduction: Introduction = serde_json::from_slice(&text)
        .map_err(|error| Fault::user(format!("{who} holds no introduction: {error}")))?;
    let wrong = |error: &dyn ToString| Fault::user(format!("{who}: {}", error.to_string()));
    let document = introduction.did.document().map_err(|error| wrong(&error))?;
    introduction
        .verify(
            &document,
            &introduction.session,
            &introduction.name,
            now_s(),
        )
        .map_err(|error| wrong(&error))?;
    Ok(Party::Introduced(Box::new(introduction)))
}

/// Hands over the endorsement.
fn tell(args: &CaIssue, global: &Global, issued: &Issued) -> Result<ExitCode, Fault> {
    let text = serde_json::to_string_pretty(&issued.endorsement)
        .map_err(|error| Fault::ours(format!("an endorsement cannot be written: {error}")))?;
    if let Some(path) = &args.out {
        fs::write(path, format!("{text}\n")).map_err(|error| {
            Fault::user(format!("cannot write {}: {error}", path.display())).hint(
                "the credential is issued: `e3 ca show` lists it, and `e3 ca revoke` takes it back",
            )
        })?;
    }
    if global.json {
        json::print("ca-issue", issued)?;
    } else {
        if args.out.is_none() {
            out::line(&text)?;
        }
        out::aside(&format!(
            "issued {} to {} as {}, good until {}\n",
            issued.serial,
            issued.subject,
            issued.names.join(", "),
            time(issued.not_after)
        ));
    }
    Ok(ExitCode::SUCCESS)
}
