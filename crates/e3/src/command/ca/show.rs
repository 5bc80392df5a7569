//! `e3 ca show`: an authority, what it has issued and what it has revoked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use e3_holder::authority::{AuthorityFault, Issued, Kept, Register};
use e3_holder::state::StateRoot;
use e3_spec::AuthorityName;
use serde::Serialize;

use super::time;
use crate::cli::{CaShow, Global};
use crate::fault::Fault;
use crate::view::table::{Align, table};
use crate::{json, out};

/// One authority.
#[derive(Serialize)]
struct Shown {
    name: String,
    did: String,
    fingerprint: String,
    /// The file of its certificate.
    certificate: PathBuf,
    /// Until when its certificate is good, in Unix seconds.
    not_after: u64,
    #[serde(flatten)]
    register: Register,
}

/// Several.
#[derive(Serialize)]
struct All {
    authorities: Vec<Shown>,
    /// Those that cannot be shown, with the reason.
    unusable: BTreeMap<String, String>,
}

/// Shows one authority, or all that can be shown; exit code 1 says that there are others.
///
/// # Errors
/// The user's: there is no such authority, or its folder cannot be used.
pub fn main(args: &CaShow, global: &Global) -> Result<ExitCode, Fault> {
    let root = StateRoot::from_env()?;
    let names = match &args.authority {
        Some(name) => vec![name.clone()],
        None => Kept::names(&root)?,
    };
    let mut authorities = Vec::new();
    let mut unusable = BTreeMap::new();
    for name in &names {
        match look(&root, name) {
            Ok(shown) => authorities.push(shown),
            // What was asked for by its name is missed; of all of them, the others are shown.
            Err(fault) if args.authority.is_some() => return Err(fault.into()),
            Err(fault) => {
                unusable.insert(name.to_string(), fault.to_string());
            }
        }
    }
    let all = All {
        authorities,
        unusable,
    };
    if global.json {
        json::print("ca-show", &all)?;
    } else {
        tell(&all)?;
    }
    for why in all.unusable.values() {
        out::aside(&format!("error: {why}\n"));
    }
    Ok(if all.unusable.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tell(
    All {
        authorities,
        unusable,
    }: &All,
) -> Result<(), Fault> {
    if authorities.is_empty() && unusable.is_empty() {
        out::aside("there is no authority on this machine: `e3 ca init NAME` makes one\n");
    }
    for (at, shown) in authorities.iter().enumerate() {
        if at > 0 {
            out::line("")?;
        }
        for line in lines(shown) {
            out::line(&line)?;
        }
    }
    Ok(())
}

fn look(root: &StateRoot, name: &AuthorityName) -> Result<Shown, AuthorityFault> {
    let kept = Kept::open(root, name)?;
    let did = kept.authority().did();
    Ok(Shown {
        name: name.to_string(),
        did: did.to_string(),
        fingerprint: did.fingerprint(),
        certificate: kept.certificate_file(),
        not_after: kept.authority().validity().not_after,
        register: kept.register().clone(),
    })
}

fn lines(shown: &Shown) -> Vec<String> {
    let mut lines = vec![
        format!("authority {}", shown.name),
        format!("  DID          {}", shown.did),
        format!("  fingerprint  {}", shown.fingerprint),
        format!(
            "  certificate  {}, good until {}",
            shown.certificate.display(),
            time(shown.not_after)
        ),
    ];
    let register = &shown.register;
    if !register.issued.is_empty() {
        let head = [
            ("serial", Align::Left),
            ("names", Align::Left),
            ("good until", Align::Left),
            ("DID", Align::Left),
        ];
        let rows: Vec<_> = register
            .issued
            .iter()
            .map(|one| row(one, register))
            .collect();
        lines.push(String::new());
        lines.extend(table(head, &rows));
    }
    for (name, did) in &register.names {
        lines.push(format!("{name} is {did}"));
    }
    for did in &register.barred {
        lines.push(format!("nothing more is issued to {did}"));
    }
    lines
}

fn row(issued: &Issued, register: &Register) -> [String; 4] {
    let until = if register.is_revoked(&issued.serial) {
        "revoked".to_owned()
    } else {
        time(issued.not_after)
    };
    [
        issued.serial.to_string(),
        issued.names.join(", "),
        until,
        issued.subject.to_string(),
    ]
}
