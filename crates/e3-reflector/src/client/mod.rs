//! What a host finds out about its network by asking reflectors.

mod behaviour;
mod classify;
mod exchange;
mod latency;
mod stream;
mod view;

use std::time::Duration;

use e3_session::types::NetworkReport;

pub use stream::connect_time;

use crate::station::{Station, Stations};

/// A reflector that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The name of the service.
    pub service: String,
    /// Where it answers.
    pub stations: Stations,
}

/// How patiently is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Between two attempts at one question.
    pub between: Duration,
    /// How often a question is asked before silence is an answer.
    pub attempts: u16,
    /// How long an answer may take after the last attempt.
    pub patience: Duration,
    /// Exchanges by which latency and clock are measured.
    pub measurements: u16,
}

impl Default for Pace {
    /// For the Internet: silence takes two seconds. At a loss of 10 % each way, one of 21,000 answers stays away for chance.
    fn default() -> Self {
        Self {
            between: Duration::from_millis(200),
            attempts: 6,
            patience: Duration::from_secs(1),
            measurements: 10,
        }
    }
}

/// One address of one reflector, to be asked.
#[derive(Debug, Clone, Copy)]
struct Target<'a> {
    known: &'a Known,
    station: &'a Station,
}

/// Asks all reflectors everything that they can tell; takes some seconds. What does not answer is in the report.
pub async fn examine(reflectors: &[Known], pace: Pace) -> NetworkReport {
    let mut report = NetworkReport::default();
    for v4 in [true, false] {
        let targets: Vec<Target<'_>> = reflectors
            .iter()
            .flat_map(|known| {
                let each = known.stations.0.iter();
                each.map(move |station| Target { known, station })
            })
            .filter(|target| target.station.address.is_ipv4() == v4)
            .collect();
        let Some((view, services)) = view::of(&targets, pace).await else {
            continue;
        };
        report.views.push(view);
        report.services.extend(services);
    }
    report
}
