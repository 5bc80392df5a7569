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
//! - `checks`: what is checked, by name, and `condition`: which overlays are held to it;
//! - `field`: hosts in a lab (`sites`) with an agent on each; `party`: one of them, and `conversation`: all of them;
//! - `infrastructure`: the services that an overlay needs; `tap`: what a relay sees;
//! - `trust`: why they believe one another; `stranger`: whom they do not believe; `liar`: an overlay that is told lies
//!   about who its party is;
//! - `traffic`: what programs would say to one another;
//! - `traversal`: every pair of kinds of NAT;
//! - `page`: the suite's page in the book.

mod checks;
mod condition;
mod conversation;
mod field;
mod infrastructure;
mod liar;
mod page;
mod party;
mod sites;
mod stranger;
mod subject;
mod tap;
mod traffic;
mod traversal;
mod trust;

pub use page::tables;
pub use subject::{hold, hold_refusing, hold_tapped, names};
pub use tap::{Tap, Tapping};
pub use traversal::{Carried, Elsewhere, traverse, traverse_by_own_relay};
