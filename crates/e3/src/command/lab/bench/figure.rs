//! The figures, and the floors that they are held against.

use serde::Serialize;

use crate::fault::Fault;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    /// How long 100 hosts take to come up, each behind a router of its own, until every agent has said hello.
    Hosts100Up,
    /// How long they take to be gone.
    Hosts100Down,
    /// How long 600 hosts take to come up.
    Hosts600Up,
    /// Memory that each of 100 hosts costs, its agent and its part of kernel and holder included.
    MemoryPerHost,
}

/// What a figure must reach.
#[derive(Debug, Clone, Copy)]
enum Floor {
    AtMost(f64),
}

/// A figure as measured.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Measured {
    pub(super) name: &'static str,
    /// The median of the samples.
    pub(super) value: f64,
    pub(super) unit: &'static str,
    /// What the value is held against.
    pub(super) floor: f64,
    /// `at most` or `at least`.
    pub(super) must_be: &'static str,
    pub(super) met: bool,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) samples: Vec<f64>,
}

impl Figure {
    pub(super) const ALL: &[Self] = &[
        Self::Hosts100Up,
        Self::Hosts100Down,
        Self::Hosts600Up,
        Self::MemoryPerHost,
    ];

    /// Its name in the document.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hosts100Up => "hosts_100_up_s",
            Self::Hosts100Down => "hosts_100_down_s",
            Self::Hosts600Up => "hosts_600_up_s",
            Self::MemoryPerHost => "memory_per_host_mb",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Hosts100Up | Self::Hosts100Down | Self::Hosts600Up => "s",
            Self::MemoryPerHost => "MB",
        }
    }

    fn floor(self) -> Floor {
        match self {
            Self::Hosts100Up => Floor::AtMost(3.0),
            Self::Hosts100Down => Floor::AtMost(1.0),
            Self::Hosts600Up => Floor::AtMost(10.0),
            Self::MemoryPerHost => Floor::AtMost(4.0),
        }
    }

    /// Of these samples.
    pub(super) fn measured(self, samples: Vec<f64>) -> Measured {
        let mut sorted = samples.clone();
        sorted.sort_by(f64::total_cmp);
        let value = sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN);
        let (floor, must_be, met) = match self.floor() {
            Floor::AtMost(floor) => (floor, "at most", value <= floor),
        };
        Measured {
            name: self.name(),
            value,
            unit: self.unit(),
            floor,
            must_be,
            met,
            min: sorted.first().copied().unwrap_or(f64::NAN),
            max: sorted.last().copied().unwrap_or(f64::NAN),
            samples,
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
    let mut chosen = Vec::new();
    for name in only {
        let found = Figure::ALL
            .iter()
            .filter(|figure| figure.name().starts_with(name.as_str()));
        let before = chosen.len();
        chosen.extend(found);
        if chosen.len() == before {
            let names: Vec<_> = Figure::ALL.iter().map(|figure| figure.name()).collect();
            return Err(Fault::user(format!("there is no figure `{name}`"))
                .hint(format!("the figures are {}", names.join(", "))));
        }
    }
    Ok(chosen)
}
