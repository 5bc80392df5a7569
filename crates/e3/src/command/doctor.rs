//! `e3 doctor`: what this machine lacks, and the command that mends it; or how hosts of an environment that is up are
//! attached to the network. Changes nothing.

mod distribution;
mod lab;
mod limits;
mod network;
mod python;
mod stock;

use std::borrow::Cow;
use std::process::ExitCode;

use serde::Serialize;

use self::distribution::Distribution;
use crate::cli::{Doctor, Global};
use crate::fault::Fault;
use crate::{json, out};

/// One thing that was looked for.
#[derive(Clone, Debug, Serialize)]
struct Finding {
    what: &'static str,
    /// Whether it is there.
    ok: bool,
    /// Whether E³ cannot do without it.
    required: bool,
    /// What was found, or what is wrong.
    detail: String,
    /// What it is needed for.
    needed_for: Cow<'static, str>,
    /// The command that mends it, or what to do where no command does.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Finding {
    /// Something that is there, or is not, and is needed.
    fn new(
        what: &'static str,
        needed_for: impl Into<Cow<'static, str>>,
        found: Result<String, Wrong>,
    ) -> Self {
        let (ok, detail, mend) = match found {
            Ok(detail) => (true, detail, None),
            Err(Wrong { detail, mend }) => (false, detail, Some(mend)),
        };
        Self {
            what,
            ok,
            required: true,
            detail,
            needed_for: needed_for.into(),
            mend,
        }
    }

    /// The same, where E³ has another way.
    fn optional(self) -> Self {
        Self {
            required: false,
            ..self
        }
    }
}

/// What is wrong, and the command that mends it.
struct Wrong {
    detail: String,
    mend: String,
}

/// All findings.
#[derive(Serialize)]
struct Diagnosis<'a> {
    ok: bool,
    distribution: &'a str,
    findings: &'a [Finding],
}

/// Looks at everything. The exit code is 1 when something is missing that E³ cannot do without, or a host does not answer.
///
/// # Errors
/// When standard output cannot be written; of hosts, what is wrong with their environment.
pub fn main(args: &Doctor, global: &Global) -> Result<ExitCode, Fault> {
    if args.is_about_hosts() {
        return network::main(args, global);
    }
    let distribution = Distribution::here();
    // The lab's come first: namespaces can be tried only while there is no thread.
    let mut findings = lab::findings(&distribution);
    findings.extend(python::findings(&distribution));
    findings.extend(limits::findings());
    findings.extend(stock::findings());
    tell("doctor", &distribution, &findings, global)
}

/// The same for what the lab alone needs: no Python.
///
/// # Errors
/// When standard output cannot be written.
pub(super) fn of_lab(global: &Global) -> Result<ExitCode, Fault> {
    let distribution = Distribution::here();
    let mut findings = lab::findings(&distribution);
    findings.push(limits::of_labs());
    tell("lab-doctor", &distribution, &findings, global)
}

fn tell(
    verb: &str,
    distribution: &Distribution,
    findings: &[Finding],
    global: &Global,
) -> Result<ExitCode, Fault> {
    let ok = findings
        .iter()
        .all(|finding| finding.ok || !finding.required);
    if global.json {
        let distribution = distribution.name();
        json::print(
            verb,
            &Diagnosis {
                ok,
                distribution,
                findings,
            },
        )?;
    } else {
        show(verb, findings, ok)?;
    }
    Ok(if ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// For people.
fn show(verb: &str, findings: &[Finding], ok: bool) -> Result<(), Fault> {
    let width = findings
        .iter()
        .map(|finding| finding.what.len())
        .max()
        .unwrap_or(0);
    for finding in findings {
        let word = match (finding.ok, finding.required) {
            (true, _) => "ok      ",
            (false, true) => "missing ",
            (false, false) => "absent  ",
        };
        out::line(&format!(
            "{word} {:width$}  {}",
            finding.what, finding.detail
        ))?;
        if let Some(mend) = &finding.mend {
            let indent = " ".repeat(width + 11);
            out::line(&format!("{indent}needed for {}", finding.needed_for))?;
            out::line(&format!("{indent}{mend}"))?;
        }
    }
    let (needs, again) = match verb {
        "doctor" => ("all that E³ needs", "e3 doctor"),
        _ => ("all that a lab needs", "e3 lab doctor"),
    };
    out::line(&if ok {
        format!("\nThis machine has {needs}.")
    } else {
        format!("\nThis machine lacks something. Run what stands below each, then `{again}` again.")
    })
}
