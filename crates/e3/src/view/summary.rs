//! The end of a run, for people.

use std::cmp::Ordering;
use std::path::Path;

use e3_holder::wire::{LinkRecord, OutcomeRecord, RunRecord, Step};
use e3_session::types::KeptOutcome;

use super::{links, probe, words};

/// What came out, how long it took and over which links; for standard output.
pub fn lines(record: &RunRecord, folder: &Path) -> Vec<String> {
    let mut lines = match &record.probe {
        Some(found) => probe::lines(found),
        None => outcome(record),
    };
    lines.push(String::new());
    lines.extend(links::lines(&record.links));
    lines.push(String::new());
    lines.extend(times(record));
    if !record.trusted {
        let reasons = record.distrust.join("; ");
        lines.push(format!("these times cannot be trusted: {reasons}"));
    }
    lines.push(format!("everything is in {}", folder.display()));
    lines
}

/// Whether all have signed that they saw the same end, and how anybody can check that later.
pub fn signed(outcome: &KeptOutcome, parties: usize, folder: &Path) -> String {
    let verify = format!("`e3 verify {}`", folder.display());
    if outcome.conclusions.len() == parties {
        format!("all parties have signed that they saw the same end: {verify} checks it")
    } else {
        format!("not all parties have signed that they saw the same end: {verify} says who has not")
    }
}

fn outcome(record: &RunRecord) -> Vec<String> {
    match &record.outcome {
        OutcomeRecord::None => vec!["the parties printed nothing".to_owned()],
        OutcomeRecord::Same(text) => text.trim_end().lines().map(words::printable).collect(),
        OutcomeRecord::Differs(by_host) => {
            let in_order = record.parties.iter();
            let texts = in_order.filter_map(|party| by_host.get_key_value(&party.host));
            texts.flat_map(|(host, text)| of_host(host, text)).collect()
        }
    }
}

fn of_host(host: &str, text: &str) -> Vec<String> {
    let lines = text
        .trim_end()
        .lines()
        .map(|line| format!("  {}", words::printable(line)));
    [format!("{host}:")].into_iter().chain(lines).collect()
}

fn times(record: &RunRecord) -> Vec<String> {
    let mut first = format!(
        "{} parties over {}: {}",
        record.parties.len(),
        record.overlay,
        words::seconds(record.elapsed_s)
    );
    if let Some(mpc) = record.mpc_elapsed_s {
        first = format!("{first}, of which MPyC {}", words::seconds(mpc));
    }
    let beside = record.total_s.map(|total| {
        let left = record.steps.contains_key(&Step::Leave);
        let leaving = if left {
            " and taking everything away"
        } else {
            ""
        };
        let set_up = words::seconds(record.setup_s);
        format!("with set-up ({set_up}){leaving}: {}", words::seconds(total))
    });
    [Some(first), explained(record), beside]
        .into_iter()
        .flatten()
        .collect()
}

/// What the network's part in the time is: how many round trips of the slowest link it is as long as.
fn explained(record: &RunRecord) -> Option<String> {
    let slowest = slowest(&record.links)?;
    let rtt = rtt(slowest)?;
    // On a switch, computing takes the time and not the network.
    if rtt < 1.0 {
        return None;
    }
    let trips = record.mpc_elapsed_s.unwrap_or(record.elapsed_s) * 1e3 / rtt;
    Some(format!(
        "as long as {trips:.0} round trips of the slowest link, {} – {} ({rtt:.1} ms)",
        slowest.a, slowest.b
    ))
}

fn slowest(links: &[LinkRecord]) -> Option<&LinkRecord> {
    links
        .iter()
        .filter(|link| rtt(link).is_some())
        .max_by(|a, b| rtt(a).partial_cmp(&rtt(b)).unwrap_or(Ordering::Equal))
}

/// What is declared, where something is: the lab checks that it holds, and a single measurement on a machine that
/// connects many parties at once may be far off.
fn rtt(link: &LinkRecord) -> Option<f64> {
    link.rtt_expected_ms.or(link.rtt_ms)
}
