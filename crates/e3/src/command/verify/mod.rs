//! `e3 verify`: whether the record of a run holds, by nothing but its folder and what the auditor knows.

mod program;
mod read;
mod show;

use std::collections::BTreeMap;
use std::process::ExitCode;

use e3_identity::Did;
use e3_session::audit::{Known, Report, audit};

use crate::cli::{Global, Verify};
use crate::fault::Fault;
use crate::{json, out};

/// Audits the record; exit code 1 where it does not hold.
///
/// # Errors
/// The user's: there is no such run, or it is not complete.
pub fn main(args: &Verify, global: &Global) -> Result<ExitCode, Fault> {
    let folder = super::logs::find(&args.runs, &args.run)?;
    let evidence = read::evidence(&folder)?;
    let terms = &evidence.agreement.agreement.terms;
    let program = args.program.as_deref();
    let known = Known {
        dids: dids(&args.did)?,
        authority: args.authority.clone(),
        program: program
            .map(|path| program::digest_at(path, terms))
            .transpose()?,
    };
    let report = audit(&evidence, &known);
    if global.json {
        json::print("verify", &report)?;
    } else if report.holds {
        for line in show::lines(&report) {
            out::line(&line)?;
        }
    }
    conclude(&report, global)
}

fn dids(said: &[(String, Did)]) -> Result<BTreeMap<String, Did>, Fault> {
    let mut dids = BTreeMap::new();
    for (name, did) in said {
        if dids.insert(name.clone(), did.clone()).is_some() {
            return Err(Fault::user(format!("`--did {name}=…` is said twice")));
        }
    }
    Ok(dids)
}

fn conclude(report: &Report, global: &Global) -> Result<ExitCode, Fault> {
    match report.wrong.as_slice() {
        [] => Ok(ExitCode::SUCCESS),
        _ if global.json => Ok(ExitCode::FAILURE),
        wrong => Err(Fault::user("this record does not hold").detail(wrong.join("\n"))),
    }
}
