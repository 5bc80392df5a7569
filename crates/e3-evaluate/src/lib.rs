//! What a comparison of overlays finds: measurements, experiments, observations and counts, and what follows from them.
//!
//! This crate opens no socket and starts no process: whoever measures hands in what was found, and whoever shows it
//! reads it here.
//!
//! - [`finding`]: what is found, as it is kept: one JSON document a line.

pub mod finding;
