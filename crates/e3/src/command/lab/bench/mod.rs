//! `e3 lab bench`: how right and how fast the lab is on this machine, in figures that anybody can measure again.

mod figure;
mod hosts;
mod inside;
mod memory;
mod table;

use std::collections::BTreeMap;
use std::process::ExitCode;

use e3_holder::wire::Machine;
use serde::Serialize;

use self::figure::Measured;
use crate::cli::{Global, LabBench};
use crate::environment::interrupt::Interrupt;
use crate::fault::Fault;
use crate::{json, out};

/// All that was measured.
#[derive(Serialize)]
struct Document {
    /// The figures by name, as plain numbers.
    #[serde(flatten)]
    values: BTreeMap<String, f64>,
    /// The same with what they are held against, and with every sample.
    figures: Vec<Measured>,
    /// Whether each measured figure reaches its floor.
    all_met: bool,
    /// What else was seen.
    beside: BTreeMap<String, f64>,
    machine: Machine,
    version: &'static str,
    /// Processes that ran or waited to run over the last minute, before it began.
    load: f64,
}

/// Measures; with `--strict` the exit code is 1 when a figure misses its floor.
///
/// # Errors
/// What this machine lacks, or Ctrl-C.
pub fn main(args: &LabBench, global: &Global) -> Result<ExitCode, Fault> {
    if let Some(name) = &args.inside {
        return inside::main(name);
    }
    let chosen = figure::chosen(&args.only)?;
    let load = load();
    let interrupt = Interrupt::listen(|text| out::aside(&format!("{text}\n")))?;
    let mut figures = Vec::new();
    let mut beside = BTreeMap::new();
    for &figure in chosen.iter().filter(|figure| figure.inside().is_some()) {
        out::aside(&format!("measuring {}\n", figure.name()));
        figures.push(inside::measure(figure)?);
    }
    let mut before = 0;
    for &(count, of_count) in hosts::SIZES {
        let wanted = of_count
            .iter()
            .filter(|(figure, _)| chosen.contains(figure));
        let wanted: Vec<_> = wanted.collect();
        if !wanted.is_empty() {
            out::aside(&format!(
                "bringing up {count} hosts, {} times\n",
                args.rounds
            ));
            let seen = hosts::measure(count, args.rounds, before, &interrupt)?;
            before = count;
            let measured = wanted.into_iter();
            figures.extend(
                measured.map(|(figure, most)| figure.at_most(*most, seen.samples(*figure))),
            );
            beside.extend(seen.beside());
        }
    }
    let document = Document {
        values: figures
            .iter()
            .map(|figure| (figure.name.clone(), figure.value))
            .collect(),
        all_met: figures.iter().all(|figure| figure.met),
        figures,
        beside,
        machine: e3_holder::holder::describe_machine(),
        version: env!("CARGO_PKG_VERSION"),
        load,
    };
    if global.json {
        json::print("lab-bench", &document)?;
    } else {
        table::show(&document.figures, &document.machine, document.load)?;
    }
    Ok(if args.strict && !document.all_met {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// The one-minute load (`proc_loadavg(5)`).
fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split(' ').next();
    first.and_then(|load| load.parse().ok()).unwrap_or(0.0)
}
