//! The delay between two regions, per direction.

use std::time::Duration;

/// The delay between two regions, there and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rtt {
    there: Duration,
    back: Duration,
}

impl Rtt {
    /// A round trip that takes half its time in each direction.
    pub fn symmetric(round_trip: Duration) -> Self {
        let there = round_trip / 2;
        Self {
            there,
            back: round_trip.saturating_sub(there),
        }
    }

    /// A round trip whose two directions differ: from the first region to the second, and back.
    pub fn one_way(there: Duration, back: Duration) -> Self {
        Self { there, back }
    }

    /// From the first region to the second.
    pub fn there(self) -> Duration {
        self.there
    }

    /// From the second region to the first.
    pub fn back(self) -> Duration {
        self.back
    }

    /// Both directions together.
    pub fn round_trip(self) -> Duration {
        self.there + self.back
    }

    /// The same path seen from its other end.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self {
            there: self.back,
            back: self.there,
        }
    }
}
