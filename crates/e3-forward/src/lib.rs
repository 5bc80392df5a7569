//! Carries the connections of unmodified programs over authenticated, resumable links.
//!
//! - [`place`]: where a program is, and how its connections are taken over.

pub mod place;

pub use place::{Place, Programs};
