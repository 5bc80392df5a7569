//! Providers and hosts: where agents run.
//!
//! - [`Provider`]: makes or finds hosts, and takes away what it made;
//! - [`Host`]: a machine that a party runs on: it can start a program with standard input and output, and that is
//!   all that is asked of it;
//! - [`lab`]: hosts in namespaces of this machine.

mod host;
pub mod lab;
mod provider;

pub use host::{Host, Place, PlannedHost, Started};
pub use provider::{HostError, PROVIDERS, PairRtt, Provider, ProviderKind, SelfCheck};
