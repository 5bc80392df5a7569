//! What a lab on this machine is worth, in figures that anybody can measure again.
//!
//! Every function builds a lab of its own, and so must be called inside (see [`enter`](crate::enter())) by a process
//! that does little else; the machine should be idle. Nothing but this program is needed.

use std::time::Duration;

use e3_world::{Region, Rtt, World, WorldError};
use serde::Serialize;

use crate::error::{During, LabError};
use crate::lab::Lab;
use crate::topology::{Site, Topology};

mod load;
mod rtt;
mod stream;

pub use rtt::{rtt_idle_error_ms, rtt_loaded_p99_ms};
pub use stream::{stream_0ms_gbit_s, stream_80ms_gbit_s};

/// One figure, and all that it was made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// Its name, which ends with its unit.
    pub name: &'static str,
    /// The figure itself: the median of the samples, unless its function says otherwise.
    pub value: f64,
    /// What was measured, in the order of measuring.
    pub samples: Vec<f64>,
    /// Their median.
    pub median: f64,
    /// Between which values the middle half of them lies.
    pub spread: [f64; 2],
    /// What it has to be.
    pub floor: Floor,
    /// Whether it is.
    pub met: bool,
}

/// What a figure has to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Floor {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

impl Figure {
    /// A figure that is the median of its samples.
    pub fn median_of(name: &'static str, samples: Vec<f64>, floor: Floor) -> Self {
        let median = quantile(&samples, 0.5);
        Self::new(name, median, samples, floor)
    }

    /// A figure made of samples in another way.
    pub fn new(name: &'static str, value: f64, samples: Vec<f64>, floor: Floor) -> Self {
        let at = |part| quantile(&samples, part);
        Self {
            name,
            value,
            median: at(0.5),
            spread: [at(0.25), at(0.75)],
            floor,
            met: match floor {
                Floor::AtMost(most) => value <= most,
                Floor::AtLeast(least) => value >= least,
            },
            samples,
        }
    }
}

/// The smallest sample that this part of all samples does not exceed; no number where there is none.
fn quantile(samples: &[f64], part: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    // There are far fewer than 2⁵² samples, and none of the numbers is negative.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    let rank = (sorted.len() as f64 * part).ceil() as usize;
    sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or(f64::NAN)
}

/// Two sites with a host each, `a` and `b`, and this round trip between them.
fn two_sites(round_trip: Duration) -> Result<Lab, LabError> {
    let world = || -> Result<World, WorldError> {
        let mut world = World::empty();
        world.add_region(Region::named("here"), [])?;
        world.add_region(
            Region::named("there"),
            [("here", Rtt::symmetric(round_trip))],
        )?;
        Ok(world)
    };
    let world = world().map_err(std::io::Error::other);
    let site = |name: &str, region: &str| Site::new(name, region).hosts([name]);
    Lab::build(&Topology {
        sites: vec![site("a", "here"), site("b", "there")],
        world: world.during("describe two regions", "bench")?,
        seed: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_samples() {
        let samples: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        let at = |part| quantile(&samples, part);
        let found = [at(0.0), at(0.25), at(0.5), at(0.99), at(1.0)];
        let expected = [1.0, 25.0, 50.0, 99.0, 100.0];
        assert!(
            found
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-9),
            "{found:?}"
        );
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn floors_hold_from_their_side() {
        let figure = |floor| Figure::median_of("x_ms", vec![3.0, 1.0, 2.0], floor);
        assert!(figure(Floor::AtMost(2.0)).met && !figure(Floor::AtMost(1.9)).met);
        assert!(figure(Floor::AtLeast(2.0)).met && !figure(Floor::AtLeast(2.1)).met);
        assert!(!Figure::median_of("x", Vec::new(), Floor::AtMost(1.0)).met);
    }
}
