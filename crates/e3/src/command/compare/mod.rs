//! `e3 compare`: the same work over several overlays, round after round in turns, and what follows from it.

mod ask;
mod child;
mod declared;
mod figures;
mod folder;
mod listed;
mod measure;
mod offers;
mod own;
mod places;
mod tell;

use std::process::ExitCode;

use e3_evaluate::finding::Measurement;
use e3_evaluate::keep::Folder;
use e3_evaluate::plan::{Bench, Estimate, Next, Plan};
use e3_evaluate::tables::Tables;
use e3_evaluate::threshold::{Held, Verdict, judge};
use serde::Serialize;

use self::child::Stop;
use self::declared::Declared;
use self::listed::Listed;
use self::measure::Measuring;
use self::offers::Offered;
use self::own::Own;
use crate::cli::{Compare, Global};
use crate::fault::Fault;
use crate::view::words::printable;
use crate::{json, out};

/// The least time that a program has before it is ended, and the most, in seconds.
const PATIENCE_S: (f64, f64) = (30.0, 600.0);
/// A machine of which so much is used already is too busy to be measured.
const BUSY: f64 = 0.3;

/// Compares.
///
/// # Errors
/// What was asked for does not exist; a way failed whenever it was tried, or a threshold is not kept.
pub fn main(args: &Compare, global: &Global) -> Result<ExitCode, Fault> {
    let offered = offers::look()?;
    let (mut folder, plan, mut done) = if let Some(path) = &args.resume {
        folder::resume(path)?
    } else {
        let plan = planned(args, &offered)?;
        if args.dry_run {
            return tell_plan(&plan, &[], global);
        }
        let folder = folder::create(args.out.as_deref(), &plan)?;
        (folder, plan, Vec::new())
    };
    if args.dry_run {
        return tell_plan(&plan, &done, global);
    }
    let estimate = Estimate::of(&plan.benches, plan.seed, &done);
    out::aside(&tell::plan(&plan, estimate));
    warn_of_others();
    let measuring = Measuring {
        e3: folder::this_program()?,
        folder: folder::absolute(folder.path())?,
        offered: &offered,
        own: Own::of_plan(&plan)?,
        listed: Listed::new()?,
        stop: Stop::listen()?,
    };
    for bench in &plan.benches {
        if !all_of(bench, &plan, &measuring, &mut folder, &mut done)? {
            break;
        }
    }
    conclude(&plan, &done, &folder, &measuring, global)
}

/// What e3.toml and the command line ask for.
fn planned(args: &Compare, offered: &[Offered]) -> Result<Plan, Fault> {
    let declared = Declared::read(args)?;
    let plan = ask::plan(&declared.args, declared.own.as_ref(), offered)?;
    Ok(declared.with_thresholds(plan))
}

/// Measures a work until it is enough; whether it came to that.
fn all_of(
    bench: &Bench,
    plan: &Plan,
    measuring: &Measuring<'_>,
    folder: &mut Folder,
    done: &mut Vec<Measurement>,
) -> Result<bool, Fault> {
    let limit_s = limit_s(bench);
    while let Next::Run(run) = bench.next(plan.seed, done) {
        let Some(one) = measuring.measure(&bench.work, &run, limit_s)? else {
            return Ok(false);
        };
        folder.keep(&one).map_err(folder::fault)?;
        out::aside(&format!("{}\n", tell::run(bench, &one)));
        done.push(one);
    }
    Ok(true)
}

/// How long a program may take: a part of what its bench has, so that one that hangs does not take all of it.
fn limit_s(bench: &Bench) -> u64 {
    let (least, most) = PATIENCE_S;
    let seconds = (bench.goal.time_s / 4.0).clamp(least, most);
    std::time::Duration::try_from_secs_f64(seconds).map_or(0, |time| time.as_secs())
}

fn tell_plan(plan: &Plan, done: &[Measurement], global: &Global) -> Result<ExitCode, Fault> {
    if global.json {
        json::print("compare-plan", plan)?;
    } else {
        let estimate = Estimate::of(&plan.benches, plan.seed, done);
        out::write(tell::plan(plan, estimate).as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What a comparison ends with, as a document.
#[derive(Serialize)]
struct Summary<'a> {
    folder: &'a std::path::Path,
    plan: &'a Plan,
    tables: &'a Tables,
    thresholds: &'a [Verdict],
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a std::path::Path>,
}

/// Writes what follows from what was measured, and says how it went.
fn conclude(
    plan: &Plan,
    done: &[Measurement],
    folder: &Folder,
    measuring: &Measuring<'_>,
    global: &Global,
) -> Result<ExitCode, Fault> {
    let tables = Tables::of(plan, done);
    folder.write_tables(&tables).map_err(folder::fault)?;
    let verdicts = judge(plan, &tables);
    folder.write_verdicts(&verdicts).map_err(folder::fault)?;
    let report = report(folder.path());
    if global.json {
        let summary = Summary {
            folder: folder.path(),
            plan,
            tables: &tables,
            thresholds: &verdicts,
            report: report.as_ref().map(|report| report.html.as_path()),
        };
        json::print("compare", &summary)?;
    } else {
        out::line(&tell::summary(&tables, &verdicts, folder.path()))?;
        if let Some(report) = &report {
            let answer = printable(&report.answer);
            out::line(&format!(
                "{answer}\nThe report is {}",
                report.html.display()
            ))?;
        }
    }
    if measuring.stop.is_asked() {
        let again = format!("`e3 compare --resume {}` goes on", folder.path().display());
        return Err(Fault::interrupted().hint(again));
    }
    hold(&verdicts)?;
    let rows = tables.tables.iter().flat_map(|table| &table.rows);
    let failed: Vec<String> = rows
        .filter(|row| row.rounds == 0)
        .map(|row| row.way.to_string())
        .collect();
    if failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(
        Fault::user(format!("nothing was measured of {}", failed.join(", ")))
            .hint("the tables say why; `e3 doctor` says what this machine lacks"),
    )
}

/// Whether thresholds are held.
///
/// # Errors
/// The user's: those that are not, each with what was measured.
fn hold(verdicts: &[Verdict]) -> Result<(), Fault> {
    let failing: Vec<&Verdict> = verdicts.iter().filter(|one| one.fails()).collect();
    if failing.is_empty() {
        return Ok(());
    }
    let count = match verdicts.len() {
        1 => "the threshold is not held".to_owned(),
        all => format!("{} of {all} thresholds are not held", failing.len()),
    };
    let lines: Vec<String> = failing.iter().map(|one| format!("  {one}")).collect();
    let fault = Fault::user(count).detail(lines.join("\n"));
    if failing.iter().any(|one| one.held == Held::TooUncertain) {
        return Err(fault.hint("what is too uncertain takes more rounds, more time or a quieter machine: `rounds`, `time`"));
    }
    Err(fault)
}

/// The report of all that is there by now. What was measured is kept without it, too: then a warning says why.
fn report(folder: &std::path::Path) -> Option<e3_report::Written> {
    match e3_report::write(folder) {
        Ok(written) => Some(written),
        Err(error) => {
            out::aside(&format!("warning: there is no report: {error}\n"));
            None
        }
    }
}

/// Says that figures may be the doing of whatever else this machine does.
fn warn_of_others() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: f64 = load
        .split_ascii_whitespace()
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0.0);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let most = BUSY * f64::from(u32::try_from(processors).unwrap_or(u32::MAX));
    if load > most {
        out::aside(&format!(
            "warning: this machine is busy (load {load} on {processors} processors): figures will differ more, and tables \
             say where it was not fit\n"
        ));
    }
}
