//! `e3 verify`: whether the record of a run holds, by nothing but its folder and what the auditor knows.

mod known;
mod program;
mod read;
mod show;

use std::process::ExitCode;

use e3_session::audit::{Report, Verdict, audit};

use crate::cli::{Global, Verify};
use crate::fault::Fault;
use crate::view::words::printable;
use crate::{json, out};

/// Audits the record; exit code 1 where it does not hold.
///
/// # Errors
/// The user's: there is no such run, or it is not complete.
pub fn main(args: &Verify, global: &Global) -> Result<ExitCode, Fault> {
    // A record must not steer the terminal that it is shown on: whatever is said of it passes here.
    verify(args, global).map_err(|fault| Fault {
        message: printable(&fault.message),
        hint: fault.hint.map(|hint| printable(&hint)),
        ..fault
    })
}

fn verify(args: &Verify, global: &Global) -> Result<ExitCode, Fault> {
    let folder = super::logs::find(&args.runs, &args.run)?;
    let evidence = read::evidence(&folder)?;
    let known = known::known(args, &evidence.agreement.agreement.terms)?;
    let report = audit(&evidence, &known);
    if global.json {
        json::print("verify", &report)?;
    } else if report.verdict != Verdict::Wrong {
        for line in show::lines(&report) {
            out::line(&printable(&line))?;
        }
    }
    conclude(&report, global)
}

fn conclude(report: &Report, global: &Global) -> Result<ExitCode, Fault> {
    match report.verdict {
        Verdict::Holds => Ok(ExitCode::SUCCESS),
        Verdict::Incomplete | Verdict::Wrong if global.json => Ok(ExitCode::FAILURE),
        Verdict::Incomplete => Err(Fault::user(format!(
            "this record is incomplete: {}",
            report.incomplete.join("; ")
        ))),
        Verdict::Wrong => {
            let wrong: Vec<String> = report.wrong.iter().map(|line| printable(line)).collect();
            Err(Fault::user("this record does not hold").detail(wrong.join("\n")))
        }
    }
}
