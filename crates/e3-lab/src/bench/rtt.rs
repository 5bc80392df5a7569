//! How well round trips are kept.

use std::iter;
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

/// By how much the round trips of an idle machine differ from the declared ones, in milliseconds: 100 pings each over
/// 1, 20 and 80 ms, and of the three medians the worst. May be 0.3 ms or 1 % of the round trip, whichever is more;
/// 0.3 ms here, the stricter limit. A ping without an answer counts as one that took as long as it was waited for, and
/// with any such the figure is not met.
pub fn rtt_idle_error_ms() -> Result<Figure, LabError> {
    let mut runs = Vec::new();
    for declared in ROUND_TRIPS_MS.map(Duration::from_millis) {
        let lab = two_sites(declared)?;
        runs.push((declared, pings(&lab, 100, Duration::from_millis(5))?));
    }
    Ok(idle(&runs))
}

/// How much longer than the declared 20 ms 99 of 100 round trips take at most while other processes, three for each
/// processor, keep all of them busy, in milliseconds. Samples are what 1000 pings take longer than declared. A ping
/// without an answer counts as one that took as long as it was waited for, and with any such the figure is not met.
pub fn rtt_loaded_p99_ms() -> Result<Figure, LabError> {
    let declared = Duration::from_millis(20);
    let lab = two_sites(declared)?;
    let load = Load::start().during("start other processes", "bench")?;
    thread::sleep(SETTLE);
    let pings = pings(&lab, 1000, Duration::from_millis(2))?;
    drop(load);
    Ok(loaded(declared, &pings))
}

/// Pings that were answered, and how many were not.
#[derive(Debug, Default)]
struct Pings {
    times: Vec<Duration>,
    unanswered: usize,
}

impl Pings {
    fn all(&self) -> impl Iterator<Item = Duration> {
        let waited = iter::repeat_n(PATIENCE, self.unanswered);
        self.times.iter().copied().chain(waited)
    }
}

/// What comes of pings with each declared round trip.
fn idle(runs: &[(Duration, Pings)]) -> Figure {
    let errors = |(declared, pings): &(Duration, Pings)| -> Vec<f64> {
        let errors = pings.all().map(|time| time.abs_diff(*declared));
        errors.map(milliseconds).collect()
    };
    let errors: Vec<_> = runs.iter().map(errors).collect();
    let medians = errors.iter().map(|errors| quantile(errors, 0.5));
    // Unlike `f64::max`, this keeps what is no number because there was no ping at all.
    let worst = medians.max_by(f64::total_cmp).unwrap_or(f64::NAN);
    let name = "rtt_idle_error_ms";
    let mut figure = Figure::new(name, worst, errors.concat(), Floor::AtMost(0.3));
    figure.met &= runs.iter().all(|(_, pings)| pings.unanswered == 0);
    figure
}

/// What comes of pings on a busy machine.
fn loaded(declared: Duration, pings: &Pings) -> Figure {
    let excess = |time: Duration| milliseconds(time) - milliseconds(declared);
    let samples: Vec<f64> = pings.all().map(excess).collect();
    let value = quantile(&samples, 0.99);
    let name = "rtt_loaded_p99_ms";
    let mut figure = Figure::new(name, value, samples, Floor::AtMost(2.0));
    figure.met &= pings.unanswered == 0;
    figure
}

/// Pings from `a` to `b`.
fn pings(lab: &Lab, count: u16, spacing: Duration) -> Result<Pings, LabError> {
    let first = |host: &Host| host.addresses().into_iter().next();
    let (Some(from), Some(to)) = (lab.host("a"), lab.host("b").and_then(first)) else {
        return Ok(Pings::default());
    };
    let pace = Pace {
        rounds: count,
        spacing,
        patience: PATIENCE,
    };
    let answers = measure(&[Probe { from, to }], pace).during("ping", "bench")?;
    let times: Vec<Duration> = answers.into_iter().flatten().collect();
    Ok(Pings {
        unanswered: usize::from(count).saturating_sub(times.len()),
        times,
    })
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(times_us: &[u64], unanswered: usize) -> Pings {
        Pings {
            times: times_us
                .iter()
                .copied()
                .map(Duration::from_micros)
                .collect(),
            unanswered,
        }
    }

    #[test]
    fn the_worst_delay_counts() {
        let run = |ms: u64, times: &[u64]| (Duration::from_millis(ms), took(times, 0));
        let right = [run(1, &[1100; 3]), run(20, &[20_100; 3])];
        let figure = idle(&right);
        assert!(
            figure.met && (figure.value - 0.1).abs() < 1e-9,
            "{figure:?}"
        );
        let wrong = [
            run(1, &[1100; 9]),
            run(20, &[20_100; 9]),
            run(80, &[81_000; 3]),
        ];
        let figure = idle(&wrong);
        assert!(
            !figure.met && (figure.value - 1.0).abs() < 1e-9,
            "{figure:?}"
        );
        assert_eq!(figure.samples.len(), 21);
        assert!(!idle(&[]).met && !idle(&[run(1, &[])]).met);
    }

    #[test]
    fn what_is_lost_makes_no_figure_better() {
        let (ms, times) = (Duration::from_millis(20), [20_100; 999]);
        assert!(loaded(ms, &took(&times, 0)).met);
        let figure = loaded(ms, &took(&times, 1));
        assert!(!figure.met && figure.samples.len() == 1000, "{figure:?}");
        let figure = loaded(ms, &took(&times, 100));
        assert!(figure.value > 1900.0, "{}", figure.value);
        assert!(!idle(&[(ms, took(&times, 1))]).met);
    }
}
