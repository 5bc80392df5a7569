//! Made up measurements, with noise that hits all ways of a round alike, as that of a machine does.

use std::collections::BTreeMap;
use std::time::Duration;

use e3_evaluate::finding::{Cell, Figure, Measurement, RoundTrips, SCHEMA};
use e3_evaluate::statistics::Draw;
use e3_histogram::Distribution;

use super::{TIME, WAYS, command};

/// Chance that is always the same.
pub(crate) struct Noise(Draw);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Draw::new(seed, "plausible"))
    }

    /// Around 1, this far at most.
    fn around(&mut self, far: f64) -> f64 {
        let drawn = f64::from(u32::try_from(self.0.below(2001)).unwrap()) / 1000.0 - 1.0;
        1.0 + drawn * far
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.0.below(many) == 0
    }
}

/// Enough for the 99th percentile.
const TRIPS: u32 = 1200;

/// How a way compares with direct: processor-bound work, and bytes a second.
fn cost(way: &str) -> (f64, f64) {
    match way {
        "tls" => (1.08, 0.62),
        "quic" => (1.41, 0.33),
        "wireguard" => (1.23, 0.15),
        "nebula" => (1.85, 0.016),
        "nebula-1.6" => (1.98, 0.015),
        "headscale" => (2.5, 0.088),
        _ => (1.0, 1.0),
    }
}

/// A typical round trip between parties, in seconds.
fn delay(network: &str) -> f64 {
    match network {
        "near" | "nat" | "loss" => 0.011,
        "far" => 0.084,
        "world" => 0.17,
        _ => 0.000_05,
    }
}

/// How much is made up: all that a report can show, or enough for a test.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    networks: &'static [&'static str],
    sizes: &'static [&'static str],
    parties: &'static [u16],
}

/// As a standard suite has it.
pub(crate) const WHOLE: Extent = Extent {
    networks: &["lan", "near", "far", "world", "nat", "loss"],
    sizes: &["small", "medium", "large"],
    parties: &[1, 2, 4, 5, 7, 10],
};

/// Some of it.
pub(crate) const PART: Extent = Extent {
    networks: &["lan", "near", "far", "nat"],
    sizes: &["small"],
    parties: &[5, 10],
};

pub(crate) fn measurements(extent: &Extent, noise: &mut Noise) -> Vec<Measurement> {
    let mut all = Vec::new();
    for network in extent.networks {
        for size in extent.sizes {
            work(&mut all, noise, (network, "secret-santa", size, 3), 12);
        }
        work(&mut all, noise, (network, "classify", "medium", 3), 8);
        work(&mut all, noise, (network, "round-trip", "small", 2), 8);
    }
    work(&mut all, noise, ("lan", "throughput", "large", 2), 8);
    for parties in extent.parties {
        work(
            &mut all,
            noise,
            ("lan", "secret-santa", "small", *parties),
            8,
        );
    }
    for parties in [4, 8, 16, 32] {
        work(&mut all, noise, ("lan", "mesh", "small", parties), 8);
    }
    all
}

fn work(all: &mut Vec<Measurement>, noise: &mut Noise, work: (&str, &str, &str, u16), rounds: u32) {
    let (network, program, size, parties) = work;
    for round in 0..=rounds {
        // What slows a machine down slows down all of a round.
        let machine = noise.around(0.12);
        for way in WAYS {
            let is_probe = !matches!(program, "secret-santa" | "classify");
            if way == "tls" && (network == "nat" || is_probe) {
                continue;
            }
            let cell = Cell {
                overlay: way.to_owned(),
                identity: "pinned".to_owned(),
                network: network.to_owned(),
                program: program.to_owned(),
                size: size.to_owned(),
                parties,
            };
            all.push(one(&cell, round, machine, noise));
        }
    }
}

fn one(cell: &Cell, round: u32, machine: f64, noise: &mut Noise) -> Measurement {
    let failed = cell.network == "nat"
        && (cell.overlay.starts_with("direct")
            || (cell.overlay == "nebula-1.6" && noise.one_in(6)));
    let failed = failed && cell.overlay == "nebula-1.6";
    let busy = noise.one_in(90);
    let figures = if failed {
        BTreeMap::new()
    } else {
        figures(cell, machine * if busy { 1.6 } else { 1.0 }, noise)
    };
    let has_trips = cell.program == "round-trip" && !failed;
    let trips = has_trips.then(|| trips(cell, machine, noise));
    let pairs = u32::from(cell.parties) * u32::from(cell.parties.saturating_sub(1)) / 2;
    let relayed = if cell.network == "nat" && cell.overlay != "wireguard" {
        pairs / 3
    } else {
        0
    };
    let mut paths = BTreeMap::from([("direct".to_owned(), pairs - relayed)]);
    if relayed > 0 {
        paths.insert("relayed".to_owned(), relayed);
    }
    Measurement {
        schema: SCHEMA.to_owned(),
        cell: cell.clone(),
        round,
        warm_up: round == 0,
        time: TIME.to_owned(),
        elapsed_s: 2.5,
        figures,
        round_trips: trips.into_iter().collect(),
        paths: if failed { BTreeMap::new() } else { paths },
        distrust: if busy {
            vec!["packets were up to 14 ms late".to_owned()]
        } else {
            Vec::new()
        },
        failure: failed
            .then(|| "ams-2 reached nobody within 20 s: no path to ams-0 and no relay".to_owned()),
        run: Some(format!("runs/{}-0", cell.network)),
        command: command(&[
            "run",
            "--overlay",
            &cell.overlay,
            "--program",
            &cell.program,
            "--parties",
            &cell.parties.to_string(),
        ]),
    }
}

fn figures(cell: &Cell, machine: f64, noise: &mut Noise) -> BTreeMap<Figure, f64> {
    let (slow, wide) = cost(&cell.overlay);
    let parties = f64::from(cell.parties);
    let much = match cell.size.as_str() {
        "small" => 1.0,
        "medium" => 3.0,
        _ => 9.0,
    };
    let rounds = if cell.program == "classify" {
        12.0
    } else {
        60.0
    };
    let work = if cell.program == "classify" {
        1.9
    } else {
        0.19
    };
    let crowd = 1.0 + (slow - 1.0) * (parties - 1.0).max(0.0).sqrt() / 1.4;
    let far = delay(&cell.network);
    // What waits for a network is slowed down by the network.
    let spent = work * much * parties * (1.0 + (crowd - 1.0) / (1.0 + far * 30.0))
        + if parties > 1.0 {
            rounds * far * much.sqrt()
        } else {
            0.0
        };
    let lost = if cell.network == "loss" && cell.overlay != "quic" {
        1.35
    } else {
        1.0
    };
    let payload = 40_000.0 * much * parties * (parties - 1.0);
    let mut exact = |value: f64, far: f64| value * machine * noise.around(far);
    let mut figures = BTreeMap::from([
        (Figure::SetUp, exact(0.9 + slow * 0.4, 0.05)),
        (Figure::Connect, exact((slow - 0.9) * 0.08 + far * 3.0, 0.2)),
        (
            Figure::Processor,
            exact(work * much * parties * slow * 1.4, 0.03),
        ),
        (
            Figure::OverlayProcessor,
            exact(work * much * parties * (slow - 0.97) * 1.2, 0.03),
        ),
        (Figure::Memory, 15e6 * slow * slow),
        (Figure::Payload, payload),
    ]);
    // On one switch nothing passes the wide-area router.
    if cell.network != "lan" {
        figures.insert(Figure::Wire, payload * (1.0 + slow * 0.12));
    }
    match cell.program.as_str() {
        "round-trip" => {
            let median = far + 45e-6 * (slow * slow);
            figures.insert(Figure::RoundTrip, exact(median, 0.03));
            figures.insert(Figure::RoundTripP99, exact(median * 1.8, 0.1));
        }
        "throughput" => _ = figures.insert(Figure::Throughput, exact(31e9 * wide, 0.08)),
        _ => _ = figures.insert(Figure::Program, exact(spent * lost, 0.05)),
    }
    figures
}

fn trips(cell: &Cell, machine: f64, noise: &mut Noise) -> RoundTrips {
    let (slow, _) = cost(&cell.overlay);
    let times = (0..TRIPS).map(|index| {
        let share = f64::from(index) / f64::from(TRIPS);
        let tail = 1.0 + 0.06 * slow * slow * (1.0 / (1.0 - share)).ln().powf(1.7);
        let time = delay(&cell.network) + 45e-6 * slow * slow * machine * tail * noise.around(0.04);
        Duration::from_secs_f64(time)
    });
    let distribution = Distribution::of(times.collect::<Vec<_>>());
    RoundTrips {
        from: "ams-0".to_owned(),
        to: "ams-1".to_owned(),
        count: distribution.count(),
        histogram: distribution.to_text(),
    }
}
