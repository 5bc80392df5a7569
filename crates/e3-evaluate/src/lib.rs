//! What a comparison of overlays finds: measurements, experiments, observations and counts, and what follows from them.
//!
//! This crate opens no socket and starts no process: whoever measures hands in what was found, and whoever shows it
//! reads it here.
//!
//! - [`finding`]: what is found, as it is kept: one JSON document a line;
//! - [`plan`]: what is to be measured, in which order, for how long;
//! - [`keep`]: the folder of a comparison, which loses nothing that was found;
//! - [`statistics`]: medians, ratios with intervals, outliers;
//! - [`tables`]: what follows from measurements;
//! - [`threshold`]: what figures have to keep to;
//! - [`agreement`]: whether two comparisons found the same.

pub mod agreement;
pub mod finding;
pub mod keep;
pub mod plan;
pub mod statistics;
pub mod tables;
pub mod threshold;

#[cfg(test)]
mod testing;
