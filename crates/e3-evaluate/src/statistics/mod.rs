//! What follows from figures that differ from run to run.
//!
//! Nothing here supposes that they follow any distribution: medians, ratios of runs of the same round, intervals by
//! resampling. Chance is drawn from a seed, so that the same figures always give the same tables.

mod draw;
mod median;
mod outliers;
mod ratio;

pub use draw::Draw;
pub use median::{Spread, median};
pub use outliers::outliers;
pub(crate) use ratio::CONFIDENCE;
pub use ratio::{Interval, Ratio};
