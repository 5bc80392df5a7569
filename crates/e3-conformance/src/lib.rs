//! What it means to be an overlay, run in the lab.
//!
//! Every overlay is held to the same checks, between hosts of an emulated Internet, through real agents. What is
//! checked follows from what the overlay declares of itself ([`Properties`](e3_overlay::Properties)): a check of
//! something that it does not promise is skipped, and the skip is printed with the overlay's own reason.
//!
//! An overlay's test is a binary of its own with `harness = false`:
//!
//! ```no_run
//! // All of its `main`:
//! e3_conformance::hold("direct", e3_overlay::Registry::builtin);
//! ```
//!
//! Whoever wants to try something else between such hosts lays out a [`Field`](field::Field) of its own, once it has said what it
//! is about ([`subject::begin`]).
//!
//! - `checks`: what is checked, by name, and `condition`: which overlays are held to it;
//! - [`field`]: hosts in a lab ([`sites`]) with an agent on each; [`party`]: one of them, and `conversation`: all of them;
//! - [`infrastructure`]: the services that an overlay needs; [`tap`]: what a relay sees;
//! - [`trust`]: why they believe one another; [`stranger`]: whom they do not believe; [`liar`]: an overlay that is told lies
//!   about who its party is;
//! - [`traffic`]: what programs would say to one another;
//! - `traversal`: every pair of kinds of NAT;
//! - `page`: the suite's page in the book.

mod checks;
mod condition;
mod conversation;
pub mod field;
pub mod infrastructure;
pub mod liar;
mod page;
pub mod party;
pub mod sites;
pub mod stranger;
pub mod subject;
pub mod tap;
pub mod traffic;
mod traversal;
pub mod trust;

pub use page::tables;
pub use subject::{hold, hold_refusing, hold_tapped, names};
pub use tap::{Tap, Tapping};
pub use traversal::{Carried, Elsewhere, traverse, traverse_by_own_relay};
