//! `e3 ca issue`: certifies a party.

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;

use e3_holder::authority::{Claim, Kept, Subject};
use e3_holder::clock::now_s;
use e3_holder::state::StateRoot;
use e3_identity::{Did, Endorsement, Introduction};
use serde::Serialize;

use super::{seconds, time};
use crate::cli::{CaIssue, Global};
use crate::fault::Fault;
use crate::{json, out};

/// What was issued.
#[derive(Serialize)]
struct Issued {
    serial: String,
    subject: Did,
    names: Vec<String>,
    /// In Unix seconds.
    not_after: u64,
    /// Whose the names were before, where they were somebody else's.
    replaced: BTreeMap<String, Did>,
    endorsement: Endorsement,
}

/// Whom to certify.
enum Party {
    Did(Did),
    Introduced(Box<Introduction>),
}

impl Party {
    fn subject(&self) -> Subject<'_> {
        match self {
            Self::Did(did) => Subject::of(did),
            Self::Introduced(introduction) => (&**introduction).into(),
        }
    }
}

/// Certifies a party.
///
/// # Errors
/// The user's: there is no such authority, the DID or introduction is none, or was revoked.
pub fn main(args: &CaIssue, global: &Global) -> Result<ExitCode, Fault> {
    let party = party(&args.who)?;
    let claims = claims(&party, &args.names)?;
    let subject = party.subject();
    let mut kept = Kept::open(&StateRoot::from_env()?, &args.authority)?;
    if args.again {
        kept.admit_again(subject.did);
    }
    let before = kept.register().names.clone();
    let credential = kept.issue(subject, &claims, seconds(args.days))?;
    let names = credential.names.iter();
    let replaced = names.filter_map(|name| Some((name.clone(), before.get(name)?.clone())));
    let issued = Issued {
        serial: credential.serial.to_string(),
        subject: credential.subject.clone(),
        names: credential.names.clone(),
        not_after: credential.not_after,
        replaced: replaced
            .filter(|(_, did)| !did.is(&credential.subject))
            .collect(),
        endorsement: Endorsement::Ca {
            authority: kept.authority().did().clone(),
            credential: Box::new(credential),
            certificates: BTreeMap::new(),
        },
    };
    tell(args, global, &issued)
}

/// The names to certify. What the user says goes before what was; what an introduction says does not.
fn claims(party: &Party, said: &[String]) -> Result<Vec<Claim>, Fault> {
    let claim = |name: &String| Claim {
        name: name.clone(),
        lasts: true,
        accepted: said.contains(name),
    };
    let own = match party {
        Party::Did(_) if said.is_empty() => {
            return Err(Fault::user("a DID says no name to certify")
                .hint("say under which it may take part: `--as alice`"));
        }
        Party::Did(_) => None,
        Party::Introduced(introduction) => Some(&introduction.name),
    };
    let others = said.iter().filter(|name| Some(*name) != own);
    Ok(own.into_iter().chain(others).map(claim).collect())
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
        for (name, did) in &issued.replaced {
            out::aside(&format!("note: {name} was {did} before\n"));
        }
    }
    Ok(ExitCode::SUCCESS)
}
