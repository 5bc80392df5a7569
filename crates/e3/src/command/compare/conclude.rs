//! What a comparison ends with: tables, the report, a summary, and whether it fails.

use std::path::Path;
use std::process::ExitCode;

use e3_evaluate::finding::{Effort, Experiment, Observation};
use e3_evaluate::plan::{Plan, Progress};
use e3_evaluate::tables::Tables;
use e3_evaluate::threshold::{Held, Verdict, judge};
use serde::Serialize;

use super::whole::Whole;
use super::{folder, tell};
use crate::cli::Global;
use crate::fault::Fault;
use crate::view::words::printable;
use crate::{json, out};

/// What a comparison ends with, as a document.
#[derive(Serialize)]
struct Summary<'a> {
    folder: &'a Path,
    plan: &'a Plan,
    progress: &'a Progress,
    tables: &'a Tables,
    security: &'a [Experiment],
    privacy: &'a [Observation],
    effort: &'a [Effort],
    thresholds: &'a [Verdict],
    wrong: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a Path>,
}

/// Writes what follows from what was found, and says how it went.
///
/// # Errors
/// Somebody has asked for the end; or something is wrong with what was found.
pub fn conclude(whole: &Whole<'_>, global: &Global) -> Result<ExitCode, Fault> {
    let Whole {
        plan, folder, done, ..
    } = whole;
    let tables = Tables::of(plan, &done.measurements);
    folder.write_tables(&tables).map_err(folder::fault)?;
    let verdicts = judge(plan, &tables);
    folder.write_verdicts(&verdicts).map_err(folder::fault)?;
    let progress = plan.progress(done);
    let wrong = wrong(whole, &tables, &verdicts);
    let report = report(folder.path());
    if global.json {
        let summary = Summary {
            folder: folder.path(),
            plan,
            progress: &progress,
            tables: &tables,
            security: &done.experiments,
            privacy: &done.observations,
            effort: &done.efforts,
            thresholds: &verdicts,
            wrong: &wrong,
            report: report.as_ref().map(|report| report.html.as_path()),
        };
        json::print("compare", &summary)?;
    } else {
        out::line(&tell::summary(&tables, done, &verdicts, folder.path()))?;
        if let Some(report) = &report {
            let answer = printable(&report.answer);
            out::line(&format!(
                "{answer}\nThe report is {}",
                report.html.display()
            ))?;
        }
    }
    let again = format!("e3 compare --resume {}", folder.path().display());
    if whole.measuring.clock.is_asked() {
        // `--json` has printed its one document.
        if global.json {
            return Ok(ExitCode::from(Fault::interrupted().code()));
        }
        return Err(Fault::interrupted().hint(format!("`{again}` goes on")));
    }
    if !progress.is_whole() {
        out::aside(&format!(
            "There was time for {progress}; `{again}` goes on with the rest\n"
        ));
    }
    let Some((first, others)) = wrong.split_first() else {
        return Ok(ExitCode::SUCCESS);
    };
    // `--json` has said it all; its exit code says that there is something.
    if global.json {
        return Ok(ExitCode::FAILURE);
    }
    let mut fault = Fault::user(first.clone());
    if !others.is_empty() {
        fault = fault.detail(others.join("\n"));
    }
    if verdicts.iter().any(|one| one.held == Held::TooUncertain) {
        fault = fault.hint("what is too uncertain takes more rounds, more time or a quieter machine: `rounds`, `time`");
    }
    Err(fault)
}

/// Why the command fails, a sentence each: broken promises first.
fn wrong(whole: &Whole<'_>, tables: &Tables, verdicts: &[Verdict]) -> Vec<String> {
    let mut wrong: Vec<String> = whole
        .done
        .experiments
        .iter()
        .filter(|one| one.breaks_promise())
        .map(tell::broken)
        .collect();
    // What is still to be measured may be held yet.
    let is_whole = tables.tables.len() == whole.plan.benches.len()
        && tables.tables.iter().all(|table| table.end.is_some());
    let failing: Vec<&Verdict> = verdicts
        .iter()
        .filter(|verdict| verdict.fails() && (is_whole || verdict.held == Held::Broken))
        .collect();
    if !failing.is_empty() {
        wrong.push(match verdicts.len() {
            1 => "the threshold is not held".to_owned(),
            all => format!("{} of {all} thresholds are not held", failing.len()),
        });
    }
    let failing = failing.into_iter();
    wrong.extend(failing.map(|verdict| printable(&format!("  {verdict}"))));
    let ended = tables.tables.iter().filter(|table| table.end.is_some());
    let rows = ended.flat_map(|table| table.rows.iter().map(|row| (&table.work, row)));
    let failed = rows.filter(|(_, row)| row.rounds == 0 && row.failures > 0);
    wrong.extend(failed.map(|(work, row)| {
        let why = row.failure.as_deref().unwrap_or("nobody knows why");
        printable(&format!(
            "nothing was measured of {} in {work}: {why}",
            row.way
        ))
    }));
    let trials = whole.plan.trials.iter();
    wrong.extend(trials.filter_map(|trial| tell::unknown(trial, &whole.done.experiments)));
    let unwatched = whole.unwatched.iter();
    wrong.extend(
        unwatched.map(|(way, why)| printable(&format!("nothing was observed of {way}: {why}"))),
    );
    wrong
}

/// The report of all that is there by now. What was found is kept without it, too: then a warning says why.
fn report(folder: &Path) -> Option<e3_report::Written> {
    match e3_report::write(folder) {
        Ok(written) => Some(written),
        Err(error) => {
            out::aside(&format!("warning: there is no report: {error}\n"));
            None
        }
    }
}
