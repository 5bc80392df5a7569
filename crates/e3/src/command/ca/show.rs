//! `e3 ca show`: an authority, what it has issued and what it has revoked.

use std::path::PathBuf;
use std::process::ExitCode;

use e3_holder::authority::{Issued, Kept, Register};
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
}

/// Shows one authority, or all.
///
/// # Errors
/// The user's: there is no such authority, or its folder cannot be used.
pub fn main(args: &CaShow, global: &Global) -> Result<ExitCode, Fault> {
    let root = StateRoot::from_env()?;
    let names = match &args.authority {
        Some(name) => vec![name.clone()],
        None => Kept::names(&root)?,
    };
    let shown = names.iter().map(|name| look(&root, name));
    let authorities = shown.collect::<Result<Vec<_>, Fault>>()?;
    if global.json {
        json::print("ca-show", &All { authorities })?;
        return Ok(ExitCode::SUCCESS);
    }
    if authorities.is_empty() {
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
    Ok(ExitCode::SUCCESS)
}

fn look(root: &StateRoot, name: &AuthorityName) -> Result<Shown, Fault> {
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
