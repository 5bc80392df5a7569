//! How well round trips are kept.

use std::thread;
use std::time::Duration;

use super::load::Load;
use super::{Figure, Floor, quantile, two_sites};
use crate::error::{During, LabError};
use crate::host::Host;
use crate::lab::Lab;
use crate::ping::{Pace, Probe, measure};

/// The round trips that are tried.
const ROUND_TRIPS_MS: [u64; 3] = [1, 20, 80];
/// How long answers are waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long other processes compute before their load counts.
const SETTLE: Duration = Duration::from_millis(300);

/// By how much the round trips of an idle machine differ from the declared ones, in milliseconds: samples are 100
/// pings each over 1, 20 and 80 ms. May be 0.3 ms or 1 % of the round trip, whichever is more; 0.3 ms here, as the
/// samples' median has to keep the stricter limit.
pub fn rtt_idle_error_ms() -> Result<Figure, LabError> {
    let mut samples = Vec::new();
    for declared in ROUND_TRIPS_MS.map(Duration::from_millis) {
        let lab = two_sites(declared)?;
        let times = pings(&lab, 100, Duration::from_millis(5))?;
        let errors = times.into_iter().map(|time| time.abs_diff(declared));
        samples.extend(errors.map(milliseconds));
    }
    let name = "rtt_idle_error_ms";
    Ok(Figure::median_of(name, samples, Floor::AtMost(0.3)))
}

/// How much longer than the declared 20 ms 99 of 100 round trips take at most while other processes, three for each
/// processor, keep all of them busy, in milliseconds. Samples are what 1000 pings take longer than declared.
pub fn rtt_loaded_p99_ms() -> Result<Figure, LabError> {
    let declared = Duration::from_millis(20);
    let lab = two_sites(declared)?;
    let load = Load::start().during("start other processes", "bench")?;
    thread::sleep(SETTLE);
    let times = pings(&lab, 1000, Duration::from_millis(2))?;
    drop(load);
    let excess = |time: Duration| milliseconds(time) - milliseconds(declared);
    let samples: Vec<f64> = times.into_iter().map(excess).collect();
    let value = quantile(&samples, 0.99);
    let name = "rtt_loaded_p99_ms";
    Ok(Figure::new(name, value, samples, Floor::AtMost(2.0)))
}

/// Pings from `a` to `b`.
fn pings(lab: &Lab, count: u16, spacing: Duration) -> Result<Vec<Duration>, LabError> {
    let first = |host: &Host| host.addresses().into_iter().next();
    let (Some(from), Some(to)) = (lab.host("a"), lab.host("b").and_then(first)) else {
        return Ok(Vec::new());
    };
    let pace = Pace {
        rounds: count,
        spacing,
        patience: PATIENCE,
    };
    let answers = measure(&[Probe { from, to }], pace).during("ping", "bench")?;
    Ok(answers.into_iter().flatten().collect())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
