//! The figures, and the floors that they are held against.

use e3_lab::LabError;
use e3_lab::bench as lab;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    /// By how much round trips on an idle machine differ from the declared ones.
    RttIdleError,
    /// How much longer than declared they take while other processes keep all processors busy.
    RttLoadedP99,
    /// What one TCP connection carries between two sites without delay.
    Stream0,
    /// What it carries over 80 ms.
    Stream80,
    /// How long 100 hosts take to come up, each behind a router of its own, until every agent has said hello.
    Hosts100Up,
    /// How long they take to be gone.
    Hosts100Down,
    /// How long 600 hosts take to come up.
    Hosts600Up,
    /// Memory that each of 100 hosts costs, its agent and its part of kernel and holder included.
    MemoryPerHost,
}

/// A figure as measured; the fields are those of [`lab::Figure`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Measured {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) median: f64,
    /// Between which values the middle half of the samples lies.
    pub(super) spread: [f64; 2],
    pub(super) floor: Floor,
    pub(super) met: bool,
    pub(super) samples: Vec<f64>,
}

/// What a figure must be.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Floor {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    pub(super) const ALL: &[Self] = &[
        Self::RttIdleError,
        Self::RttLoadedP99,
        Self::Stream0,
        Self::Stream80,
        Self::Hosts100Up,
        Self::Hosts100Down,
        Self::Hosts600Up,
        Self::MemoryPerHost,
    ];

    /// Its name in the document.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::RttIdleError => "rtt_idle_error_ms",
            Self::RttLoadedP99 => "rtt_loaded_p99_ms",
            Self::Stream0 => "stream_0ms_gbit_s",
            Self::Stream80 => "stream_80ms_gbit_s",
            Self::Hosts100Up => "hosts_100_up_s",
            Self::Hosts100Down => "hosts_100_down_s",
            Self::Hosts600Up => "hosts_600_up_s",
            Self::MemoryPerHost => "memory_per_host_mb",
        }
    }

    /// How the lab itself measures it, inside; none for what is measured from outside.
    pub(super) fn inside(self) -> Option<fn() -> Result<lab::Figure, LabError>> {
        match self {
            Self::RttIdleError => Some(lab::rtt_idle_error_ms),
            Self::RttLoadedP99 => Some(lab::rtt_loaded_p99_ms),
            Self::Stream0 => Some(lab::stream_0ms_gbit_s),
            Self::Stream80 => Some(lab::stream_80ms_gbit_s),
            Self::Hosts100Up | Self::Hosts100Down | Self::Hosts600Up | Self::MemoryPerHost => None,
        }
    }

    /// The figure of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter();
        all.find(|figure| figure.name() == name).copied()
    }

    /// Of samples that were taken from outside, of which the median must be at most this.
    pub(super) fn at_most(self, most: f64, samples: Vec<f64>) -> Measured {
        let of = lab::Figure::median_of(self.name(), samples, lab::Floor::AtMost(most));
        Measured {
            name: of.name.to_owned(),
            value: of.value,
            median: of.median,
            spread: of.spread,
            floor: Floor::AtMost(most),
            met: of.met,
            samples: of.samples,
        }
    }
}

/// The figures whose names begin with what is asked for; all when nothing is.
///
/// # Errors
/// The user's: there is no such figure.
pub(super) fn chosen(only: &[String]) -> Result<Vec<Figure>, Fault> {
    if only.is_empty() {
        return Ok(Figure::ALL.to_vec());
    }
    let begins = |figure: &Figure, name: &String| figure.name().starts_with(name.as_str());
    let stranger = only
        .iter()
        .find(|name| !Figure::ALL.iter().any(|figure| begins(figure, name)));
    if let Some(name) = stranger {
        let names: Vec<_> = Figure::ALL.iter().map(|figure| figure.name()).collect();
        return Err(Fault::user(format!("there is no figure `{name}`"))
            .hint(format!("the figures are {}", names.join(", "))));
    }
    let wanted = Figure::ALL.iter().copied();
    Ok(wanted
        .filter(|figure| only.iter().any(|name| begins(figure, name)))
        .collect())
}
