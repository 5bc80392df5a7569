//! `e3 ca revoke`: takes back what was issued.

use std::process::ExitCode;

use e3_holder::authority::{Kept, Revoked, Who};
use e3_holder::state::StateRoot;
use e3_identity::SerialError;
use serde::Serialize;

use crate::cli::{CaRevoke, Global};
use crate::fault::Fault;
use crate::{json, out};

/// What is good no more.
#[derive(Serialize)]
struct Document {
    revoked: Vec<Revoked>,
    /// Whether nothing will be issued to the DID from now on.
    barred: bool,
    /// The number of the revocation list.
    number: u64,
}

/// Takes back what was issued to a DID, or one credential.
///
/// # Errors
/// The user's: there is no such authority, or nothing to revoke.
pub fn main(args: &CaRevoke, global: &Global) -> Result<ExitCode, Fault> {
    let who = if args.who.starts_with("did:") {
        let did = args.who.parse();
        Who::Did(did.map_err(|error: e3_identity::DidError| Fault::user(error.to_string()))?)
    } else {
        Who::Serial(args.who.parse().map_err(|error: SerialError| {
            Fault::user(error.to_string()).hint(format!(
                "name a DID (did:key:z6Mk…), or a serial number as `e3 ca show {}` lists them",
                args.authority
            ))
        })?)
    };
    let mut kept = Kept::open(&StateRoot::from_env()?, &args.authority)?;
    let revoked = kept.revoke(&who)?;
    let document = Document {
        revoked,
        barred: matches!(who, Who::Did(_)),
        number: kept.register().number,
    };
    if global.json {
        json::print("ca-revoke", &document)?;
        return Ok(ExitCode::SUCCESS);
    }
    for revoked in &document.revoked {
        out::line(&format!(
            "revoked {} of {}",
            revoked.serial, revoked.subject
        ))?;
    }
    if document.barred {
        out::line(&format!(
            "{} issues nothing more to {}",
            args.authority, args.who
        ))?;
    }
    out::aside(
        "environments that are up go on with the party: `e3 remove PARTY` puts it out there at once; the next ones refuse it\n",
    );
    Ok(ExitCode::SUCCESS)
}
