//! What is found, as it is kept in a comparison's folder: one JSON document a line, written as soon as it is known.
//!
//! | file | lines |
//! |---|---|
//! | `measurements.jsonl` | [`Measurement`]: performance, one run of one cell each |
//! | `security.jsonl` | [`Experiment`]: one attack on one overlay with one identity |
//! | `privacy.jsonl` | [`Observation`]: one question about one observer of one overlay |
//! | `effort.jsonl` | [`Effort`]: one occasion with one overlay, by hand or with E³ |
//! | `sittings.jsonl` | [`Sitting`]: one command's share of all this: when, on which machine |

mod effort;
mod performance;
mod privacy;
mod security;
mod sitting;

pub use effort::{Counts, Effort, Means, Occasion};
pub use performance::{Cell, Figure, Figures, Measurement, RoundTrips};
pub use privacy::{Observation, Observer, Question, Seen};
pub use security::{Attack, Experiment, Promised, Verdict};
pub use sitting::{Machine, Sitting};

/// What every line names as its schema, so that later versions can read it.
pub const SCHEMA: &str = "e3/compare/1";
