//! Performance: what one run of one cell took.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::plan::words::{BASE, CONTROL};
use crate::plan::{Way, Work};

/// What is compared with others that differ in the overlay alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cell {
    /// The overlay, or one of its variants, such as `nebula-1.6`; `direct-again` is the control.
    pub overlay: String,
    /// How parties are believed, such as `pinned`.
    pub identity: String,
    /// The network, such as `lan`.
    pub network: String,
    /// The program or probe, such as `secret-santa`.
    pub program: String,
    /// Its size: `small`, `medium`, `large`.
    pub size: String,
    /// How many parties.
    pub parties: u16,
}

impl Cell {
    /// Whether it goes the plain way, or is the control.
    pub fn is_plain(&self) -> bool {
        self.overlay == BASE || self.overlay == CONTROL
    }

    /// The same work over another overlay.
    #[must_use]
    pub fn over(&self, overlay: &str) -> Self {
        Self {
            overlay: overlay.to_owned(),
            ..self.clone()
        }
    }
}

/// `quic.pinned.lan.secret-santa.small.3`: its way and its [`Work`].
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", Way::of(self), Work::of(self))
    }
}

/// One run of one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: String,
    /// What was run.
    pub cell: Cell,
    /// In which round: those of one round were run one after the other, in an order that was drawn.
    pub round: u32,
    /// Whether it only warms up, and counts for nothing.
    pub warm_up: bool,
    /// When it began, RFC 3339.
    pub time: String,
    /// How long the whole command took, in seconds: what the next one will take.
    pub elapsed_s: f64,
    /// What was measured; what this program or overlay does not have is absent.
    pub figures: Figures,
    /// Round trips between the parties' programs, where they were measured: one a pair and direction.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub round_trips: Vec<RoundTrips>,
    /// How pairs were connected: how many directly, how many by a relay.
    pub paths: BTreeMap<String, u32>,
    /// Why these times are not the network's and the programs' own; empty where they are.
    pub distrust: Vec<String>,
    /// What went wrong, where the run failed; then it has no figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// The run's folder, relative to the comparison's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// The command that did it, so that it can be done again.
    pub command: Vec<String>,
}

/// What was measured, each in the unit that [`Figure::unit`] says.
pub type Figures = BTreeMap<Figure, f64>;

/// What can be measured of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// From the command's beginning to the programs' start.
    SetUp,
    /// From parties that know of one another to parties that are connected.
    Connect,
    /// The program's time, without the start of its interpreter.
    Program,
    /// Median of the medians of all pairs' round trips.
    RoundTrip,
    /// 99 in 100 round trips were at most this long; the median of all pairs.
    #[serde(rename = "round-trip-p99")]
    RoundTripP99,
    /// What one connection carries, on average over pairs.
    Throughput,
    /// Processor time of programs, agents and daemons of all parties.
    Processor,
    /// Of that, what agents and the overlay's daemons took.
    OverlayProcessor,
    /// The greatest memory of an agent with its daemons.
    Memory,
    /// Bytes that passed the wide-area router, headers included.
    Wire,
    /// Bytes that programs sent one another.
    Payload,
}

impl Figure {
    /// All, in the order of tables.
    pub const ALL: [Self; 11] = [
        Self::SetUp,
        Self::Connect,
        Self::Program,
        Self::RoundTrip,
        Self::RoundTripP99,
        Self::Throughput,
        Self::Processor,
        Self::OverlayProcessor,
        Self::Memory,
        Self::Wire,
        Self::Payload,
    ];

    /// Its name, as documents have it: `set-up`.
    pub fn name(self) -> &'static str {
        match self {
            Self::SetUp => "set-up",
            Self::Connect => "connect",
            Self::Program => "program",
            Self::RoundTrip => "round-trip",
            Self::RoundTripP99 => "round-trip-p99",
            Self::Throughput => "throughput",
            Self::Processor => "processor",
            Self::OverlayProcessor => "overlay-processor",
            Self::Memory => "memory",
            Self::Wire => "wire",
            Self::Payload => "payload",
        }
    }

    /// That of a name, or of what it is called in short: `cpu`, `rtt`, `rtt-p99`.
    pub fn named(name: &str) -> Option<Self> {
        let name = match name {
            "cpu" => "processor",
            "overlay-cpu" => "overlay-processor",
            "rtt" => "round-trip",
            "rtt-p99" => "round-trip-p99",
            name => name,
        };
        Self::ALL.into_iter().find(|figure| figure.name() == name)
    }

    /// `s`, `bit/s` or `B`.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Throughput => "bit/s",
            Self::Memory | Self::Wire | Self::Payload => "B",
            _ => "s",
        }
    }

    /// Whether more of it is better.
    pub fn more_is_better(self) -> bool {
        self == Self::Throughput
    }
}

/// How long round trips of a pair took: an `HdrHistogram`, three digits of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundTrips {
    /// The host that asked.
    pub from: String,
    /// The host that answered.
    pub to: String,
    /// How many there were.
    pub count: u64,
    /// All of them in nanoseconds, in its V2 encoding, as base64: see `e3_histogram`.
    pub histogram: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_names_that_documents_have() {
        for figure in Figure::ALL {
            assert_eq!(serde_json::to_value(figure).unwrap(), figure.name());
            assert_eq!(Figure::named(figure.name()), Some(figure));
        }
    }
}
