//! What follows from figures that differ from run to run.
//!
//! Nothing here supposes that they follow any distribution: medians, ratios of runs of the same round, intervals between
//! two of the figures. What is left to chance is drawn from a seed, so that it can be had again.

mod draw;
mod interval;
mod median;
mod outliers;
mod ratio;

pub use draw::Draw;
pub(crate) use interval::CONFIDENCE;
pub use interval::Interval;
pub use median::{Spread, median};
pub use outliers::outliers;
pub use ratio::Ratio;
