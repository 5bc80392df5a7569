//! What a path between two sites does to packets, and how that is changed while it does.

use std::time::Duration;

use serde::Serialize;

mod change;

pub use change::{Change, ChangeError, Outage, RateChange};

/// What the path from one site to another does to packets, on top of what the two sites' lines do ([`Access`]).
///
/// Chances are drawn for each packet as it would be on a wire: what a sender hands over as one piece of 64 KiB is cut
/// before, wherever packets are lost, spaced, held back or doubled one by one.
///
/// [`Access`]: crate::Access
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Conditions {
    /// How long every packet takes.
    #[serde(rename = "delay_ms", serialize_with = "milliseconds")]
    pub delay: Duration,
    /// Every packet takes up to this much longer, evenly distributed. Packets do not overtake.
    #[serde(rename = "jitter_ms", serialize_with = "milliseconds")]
    pub jitter: Duration,
    /// The chance, 0 to 1, that a packet is lost.
    pub loss: f64,
    /// Bits per second, headers from IP upwards included; unlimited where none. What would have to wait for longer
    /// than 100 ms is dropped.
    #[serde(rename = "rate_bit_s")]
    pub rate: Option<u64>,
    /// Packets held back, so that later ones overtake them. Nothing else reorders.
    pub reorder: Reorder,
    /// The chance, 0 to 1, that a packet arrives twice.
    pub duplicate: f64,
    /// Whether nothing passes. What was on its way when the path went down is lost.
    pub down: bool,
}

/// Packets that others overtake.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Reorder {
    /// The chance, 0 to 1, that a packet is held back.
    pub chance: f64,
    /// For how long.
    #[serde(rename = "by_ms", serialize_with = "milliseconds")]
    pub by: Duration,
}

impl Conditions {
    /// A path that takes this long and does nothing else.
    pub fn delayed(delay: Duration) -> Self {
        Self {
            delay,
            ..Self::default()
        }
    }

    /// Whether what happens to packets happens to each by itself, so that long ones must be cut before.
    pub(crate) fn counts_packets(&self) -> bool {
        self.loss > 0.0 || self.rate.is_some() || self.duplicate > 0.0 || self.reorder.chance > 0.0
    }
}

/// Durations in records are numbers of milliseconds.
#[allow(clippy::trivially_copy_pass_by_ref)] // The signature is serde's.
pub(crate) fn milliseconds<S: serde::Serializer>(
    time: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64() * 1e3)
}

/// The same where there may be none.
#[allow(clippy::ref_option)] // The signature is serde's.
pub(crate) fn some_milliseconds<S: serde::Serializer>(
    time: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs_f64() * 1e3)
        .serialize(serializer)
}
