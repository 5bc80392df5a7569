//! Virtual addresses: one allocator that every overlay shares.
//!
//! - [`networks`]: the networks of an environment: those that it declares, or private ones that no host has a route to;
//! - [`Book`]: which party has which address in them, the same in every run;
//! - [`collision`]: whether networks overlap what a host can reach already, asked by whoever hands addresses out, and by
//!   each agent before it takes a roster.
//!
//! Pure: it reads no routes and keeps no file.

mod book;
mod choose;
mod error;

pub use book::Book;
pub use choose::{HostRoutes, Wanted, collision, networks};
pub use error::AddressError;
