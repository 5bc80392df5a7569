//! From the record of a run to the figures of a cell.

use std::collections::BTreeMap;

use e3_evaluate::finding::{Figure, Figures, RoundTrips};
use e3_evaluate::statistics::median;
use e3_histogram::Distribution;
use e3_holder::wire::{Measured, PathKind, ProbeRecord, RunRecord, Step};

/// What a record tells of the figures that are compared; `is_routed` says whether what parties say passes the wide-area
/// router.
pub fn of(record: &RunRecord, is_routed: bool) -> Figures {
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
        (Figure::Wire, wire(record).filter(|_| is_routed)),
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

/// Each pair's round trips, where a probe has told them; or whose cannot be read, and why: programs of parties write them.
pub fn round_trips(probe: &ProbeRecord) -> Result<Vec<RoundTrips>, String> {
    let told = probe.pairs.iter().filter_map(|pair| match &pair.measured {
        Measured::RoundTrip(trips) => Some((pair, &trips.histogram)),
        Measured::Throughput(_) => None,
    });
    let read = told.map(|(pair, histogram)| {
        let (from, to) = (pair.from.clone(), pair.to.clone());
        match Distribution::from_text(histogram) {
            Ok(read) => Ok(RoundTrips {
                from,
                to,
                count: read.count(),
                histogram: histogram.clone(),
            }),
            Err(error) => Err(format!(
                "the round trips from {from} to {to} cannot be read: {error}"
            )),
        }
    });
    read.collect()
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

/// What passed the wide-area router while programs ran.
fn wire(record: &RunRecord) -> Option<f64> {
    let watched = record.watched.as_ref()?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What two parties print, the second with this histogram.
    fn probe(histogram: &str) -> ProbeRecord {
        let good = Distribution::of([std::time::Duration::from_millis(3)]).to_text();
        let printed = |party: u16, histogram: &str| {
            let to = 1 - party;
            format!(
                r#"{{"probe":"ping-pong","party":{party},"peers":[{{"to":{to},"samples":1,"min_ms":3.0,"median_ms":3.0,"p99_ms":3.0,"max_ms":3.0,"histogram":"{histogram}"}}]}}"#
            )
        };
        let (ams, fra) = (printed(0, &good), printed(1, histogram));
        ProbeRecord::read([("ams", ams.as_str()), ("fra", fra.as_str())]).unwrap()
    }

    #[test]
    fn round_trips_are_kept_by_pair() {
        let text = Distribution::of([std::time::Duration::from_millis(5)]).to_text();
        let trips = round_trips(&probe(&text)).unwrap();
        let pairs: Vec<_> = trips
            .iter()
            .map(|pair| (pair.from.as_str(), pair.to.as_str(), pair.count))
            .collect();
        assert_eq!(pairs, [("ams", "fra", 1), ("fra", "ams", 1)]);
        assert_eq!(trips[1].histogram, text);
    }

    #[test]
    fn whose_round_trips_cannot_be_read_is_said() {
        for strange in ["", "?", "AAAA"] {
            let error = round_trips(&probe(strange)).unwrap_err();
            assert!(error.contains("from fra to ams cannot be read"), "{error}");
        }
    }
}
