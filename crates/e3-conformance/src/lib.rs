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
//! - `checks`: what is checked, by name;
//! - `field`: hosts in a lab with an agent on each;
//! - `party`: one such agent, and the conversation with it;
//! - `traffic`: what programs would say to one another.

mod checks;
mod field;
mod party;
mod subject;
mod traffic;

pub use subject::hold;
