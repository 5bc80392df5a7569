//! Processes of an agent: each leads a group of its own, is seen to end, and dies with the process that started it.
//!
//! Whoever sweeps what programs leave behind must spare those that are meant to be there: [`started`].

mod child;

pub use child::{Child, Pipes, started};
