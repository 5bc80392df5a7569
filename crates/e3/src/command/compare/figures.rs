//! From the record of a run to the figures of a cell.

use std::collections::BTreeMap;

use e3_evaluate::finding::{Figure, Figures, RoundTrips};
use e3_evaluate::plan::Work;
use e3_evaluate::statistics::median;
use e3_histogram::Distribution;
use e3_holder::wire::{Measured, PathKind, RunRecord, Step};

/// What a record tells of the figures that are compared.
pub fn of(record: &RunRecord, work: &Work) -> Figures {
    let parties = &record.parties;
    let sum = |of: fn(&e3_holder::wire::PartyRecord) -> Option<f64>| -> Option<f64> {
        parties.iter().map(of).sum()
    };
    let overlay = sum(|party| party.agent_cpu_s);
    let programs = sum(|party| party.cpu_s);
    let memory = parties.iter().filter_map(|party| party.agent_memory).max();
    let found = [
        (Figure::SetUp, Some(record.setup_s)),
        (Figure::Connect, record.steps.get(&Step::Connect).copied()),
        (Figure::Program, program_s(record)),
        (
            Figure::RoundTrip,
            round_trip_s(record, |trips| trips.median_ms),
        ),
        (
            Figure::RoundTripP99,
            round_trip_s(record, |trips| trips.p99_ms),
        ),
        (Figure::Throughput, bits_per_s(record)),
        (
            Figure::Processor,
            overlay.zip(programs).map(|(one, other)| one + other),
        ),
        (Figure::OverlayProcessor, overlay),
        (Figure::Memory, memory.map(number)),
        (Figure::Wire, wire(record, work)),
        (Figure::Payload, payload(record)),
    ];
    let found = found.into_iter();
    found
        .filter_map(|(figure, value)| Some((figure, value?)))
        .collect()
}

/// How pairs were connected.
pub fn paths(record: &RunRecord) -> BTreeMap<String, u32> {
    let mut paths = BTreeMap::new();
    for link in &record.links {
        let path = match link.path {
            PathKind::Direct => "direct",
            PathKind::Relayed => "relayed",
            PathKind::Unreachable => "unreachable",
        };
        *paths.entry(path.to_owned()).or_default() += 1;
    }
    paths
}

/// What the program's runtime says that it took; of a replayed profile, from the first round to the last. Other probes take
/// as long as they are told to.
fn program_s(record: &RunRecord) -> Option<f64> {
    let replayed = record.probe.as_ref().and_then(|probe| {
        let rounds = probe.replayed.values().map(|replayed| replayed.elapsed_s);
        rounds.max_by(f64::total_cmp)
    });
    match record.probe {
        Some(_) => replayed,
        None => record.mpc_elapsed_s.or(Some(record.elapsed_s)),
    }
}

fn round_trip_s(record: &RunRecord, of: fn(&e3_program::probe::RoundTrips) -> f64) -> Option<f64> {
    let pairs = record.probe.as_ref()?.pairs.iter();
    let all: Vec<f64> = pairs
        .filter_map(|pair| match &pair.measured {
            Measured::RoundTrip(trips) => Some(of(trips) / 1e3),
            Measured::Throughput(_) => None,
        })
        .collect();
    median(&all)
}

/// All pairs' round trips, where the program has told them; or which pair's cannot be read, and why: programs write them.
pub fn round_trips(record: &RunRecord) -> Result<Option<RoundTrips>, String> {
    let mut all = Distribution::default();
    for pair in record.probe.iter().flat_map(|probe| &probe.pairs) {
        let Measured::RoundTrip(trips) = &pair.measured else {
            continue;
        };
        let read = Distribution::from_text(&trips.histogram);
        all.add(&read.map_err(|error| {
            format!(
                "the round trips from {} to {} cannot be read: {error}",
                pair.from, pair.to
            )
        })?);
    }
    Ok((all.count() > 0).then(|| RoundTrips {
        histogram: all.to_text(),
        count: all.count(),
    }))
}

#[allow(
    clippy::cast_precision_loss,
    reason = "there are fewer pairs than numbers that a float tells apart"
)]
fn bits_per_s(record: &RunRecord) -> Option<f64> {
    let pairs = record.probe.as_ref()?.pairs.iter();
    let all: Vec<f64> = pairs
        .filter_map(|pair| match &pair.measured {
            Measured::Throughput(received) => Some(8.0 * received.bytes_per_s),
            Measured::RoundTrip(_) => None,
        })
        .collect();
    (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
}

/// What passed the wide-area router while programs ran. On one switch nothing does that programs say.
fn wire(record: &RunRecord, work: &Work) -> Option<f64> {
    let watched = record.watched.as_ref().filter(|_| work.network != "lan")?;
    let bytes = watched.traffic.iter().map(|pair| pair.delivered.bytes);
    Some(number(bytes.sum()))
}

/// What programs say that they sent, or received.
fn payload(record: &RunRecord) -> Option<f64> {
    let Some(probe) = &record.probe else {
        let sent = record.parties.iter().map(|party| party.bytes_sent);
        return sent.sum::<Option<u64>>().map(number);
    };
    let received = probe.pairs.iter().filter_map(|pair| match &pair.measured {
        Measured::Throughput(received) => Some(received.bytes),
        Measured::RoundTrip(_) => None,
    });
    let replayed = probe.replayed.values().map(|replayed| replayed.bytes_sent);
    let bytes: u64 = received.chain(replayed).sum();
    (bytes > 0).then(|| number(bytes))
}

#[allow(
    clippy::cast_precision_loss,
    reason = "sixteen digits of a number of bytes will do"
)]
fn number(bytes: u64) -> f64 {
    bytes as f64
}
