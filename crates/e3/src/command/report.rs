//! `e3 report`: what a comparison has found, for readers.

mod against;

use std::path::PathBuf;
use std::process::ExitCode;

use e3_report::{Error, Written};
use serde::Serialize;

use crate::cli::{Global, Report};
use crate::fault::Fault;
use crate::view::words::printable;
use crate::{json, out};

/// So many lines that cannot be read are told; the report has more.
const SHOWN: usize = 20;

/// What was written.
#[derive(Serialize)]
struct Document<'a> {
    html: &'a PathBuf,
    markdown: &'a PathBuf,
    answer: &'a str,
    findings: usize,
    missing: &'a [&'static str],
    unreadable: Vec<Unreadable<'a>>,
}

/// A finding that cannot be read.
#[derive(Serialize)]
struct Unreadable<'a> {
    file: &'a str,
    line: usize,
    why: &'a str,
}

/// Writes the report; exit code 1 where a finding could not be read, although all others are in it.
///
/// # Errors
/// The user's: there is no such comparison, or nothing can be written beside it.
pub fn main(args: &Report, global: &Global) -> Result<ExitCode, Fault> {
    if let Some(other) = &args.against {
        return against::main(&args.folder, other, global);
    }
    let written = e3_report::write(&args.folder).map_err(|error| fault(&error))?;
    if global.json {
        json::print("report", &document(&written))?;
        return Ok(if written.unreadable.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    // Findings are texts of others: they must not steer a terminal.
    out::line(&printable(&written.answer))?;
    if !written.missing.is_empty() {
        out::line(&format!("not there: {}", written.missing.join(", ")))?;
    }
    out::line(&written.html.display().to_string())?;
    if written.unreadable.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let lines = written.unreadable.iter().take(SHOWN);
    let lines: Vec<String> = lines.map(|line| printable(&line.to_string())).collect();
    let count = written.unreadable.len();
    Err(Fault::user(format!(
        "{count} of the findings cannot be read; the report has all others"
    ))
    .detail(lines.join("\n"))
    .hint("remove or mend these lines, and make the report again"))
}

fn fault(error: &Error) -> Fault {
    let hint = match error {
        Error::NoFolder(_) | Error::NoFindings(_) => {
            "give the folder that holds a comparison's measurements.jsonl: e3 report FOLDER"
        }
        Error::Write(..) => "the report stands beside the findings: their folder must be writable",
    };
    Fault::user(error.to_string()).hint(hint)
}

fn document(written: &Written) -> Document<'_> {
    Document {
        html: &written.html,
        markdown: &written.markdown,
        answer: &written.answer,
        findings: written.findings,
        missing: &written.missing,
        unreadable: written
            .unreadable
            .iter()
            .map(|one| Unreadable {
                file: &one.file,
                line: one.line,
                why: &one.why,
            })
            .collect(),
    }
}
