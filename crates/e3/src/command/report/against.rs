//! `e3 report --against`: whether two comparisons found the same.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use e3_evaluate::agreement::{Agreement, ENOUGH, Pair};
use e3_evaluate::finding::Measurement;
use e3_evaluate::keep::{Finding, KeepError, read_lines, read_plan};
use e3_evaluate::statistics::Interval;
use e3_evaluate::tables::Tables;
use serde::Serialize;

use crate::cli::Global;
use crate::fault::Fault;
use crate::view::words::printable;
use crate::{json, out};

/// What is found.
#[derive(Serialize)]
struct Document<'a> {
    first: &'a Path,
    second: &'a Path,
    share: Option<f64>,
    enough: f64,
    #[serde(flatten)]
    agreement: &'a Agreement,
}

/// Holds a comparison against another one.
///
/// # Errors
/// The user's: one of them is none, or too few of their cells agree.
pub fn main(first: &Path, second: &Path, global: &Global) -> Result<ExitCode, Fault> {
    let agreement = Agreement::of(&tables(first)?, &tables(second)?);
    if global.json {
        let document = Document {
            first,
            second,
            share: agreement.share(),
            enough: ENOUGH,
            agreement: &agreement,
        };
        json::print("agreement", &document)?;
        return Ok(if agreement.holds() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    let Some(share) = agreement.share() else {
        return Err(Fault::user(format!(
            "{} and {} have measured no cell both",
            first.display(),
            second.display()
        ))
        .hint("two comparisons of one suite have cells in common"));
    };
    out::write(printable_lines(&told(&agreement, share)).as_bytes())?;
    if agreement.holds() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Fault::user(format!(
        "the intervals overlap in {} of cells, and should in {}",
        percent(share),
        percent(ENOUGH)
    ))
    .hint("was the machine as quiet both times? The tables say where it was not fit"))
}

fn tables(folder: &Path) -> Result<Tables, Fault> {
    let plan = read_plan(folder).map_err(|error| fault(&error))?;
    let file = folder.join(Measurement::FILE);
    let measured: Vec<Measurement> = read_lines(&file).map_err(|error| fault(&error))?;
    Ok(Tables::of(&plan, &measured))
}

fn fault(error: &KeepError) -> Fault {
    Fault::user(error.to_string()).hint("give the folders of two comparisons that have measured")
}

fn told(agreement: &Agreement, share: f64) -> String {
    let (pairs, alone) = (&agreement.pairs, &agreement.alone);
    let agreeing = pairs.iter().filter(|pair| pair.agrees()).count();
    let mut text = format!(
        "The intervals of {agreeing} of {} cells overlap, {}.\n",
        pairs.len(),
        percent(share)
    );
    if agreeing < pairs.len() {
        text.push_str("Those of these do not:\n");
    }
    for pair in pairs.iter().filter(|pair| !pair.agrees()) {
        let Pair {
            cell,
            figure,
            first,
            second,
        } = pair;
        // Writing into a text cannot fail.
        let _ = writeln!(
            text,
            "  {cell}: {} {} and {}",
            figure.name(),
            shown(first),
            shown(second)
        );
    }
    if !alone.is_empty() {
        text.push_str("Only one of the two has an interval of:\n");
    }
    for cell in alone {
        let _ = writeln!(text, "  {cell}");
    }
    text
}

fn shown(interval: &Interval) -> String {
    format!("{:.3}–{:.3}", interval.low, interval.high)
}

fn percent(share: f64) -> String {
    let text = format!("{:.1}", share * 100.0);
    format!("{} %", text.trim_end_matches(".0"))
}

/// Names stand in files that others may have written.
fn printable_lines(text: &str) -> String {
    text.lines().map(|line| printable(line) + "\n").collect()
}
