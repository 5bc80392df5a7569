//! Network address translation in user space, for the wide-area router's thread.
//!
//! `nftables` could not do it: its mapping belongs to a connection, so that mapping and filtering are not two settings,
//! and it can be neither seeded nor asked.

mod behaviour;
mod checksum;
#[cfg(test)]
mod crafted;
mod firewall;
mod fragments;
mod header;
mod kind;
mod packet;
mod session;
mod shape;
mod table;
mod tables;
mod translator;

pub use behaviour::{Behaviour, Filtering, Mapping, Ports, Timeouts};
pub use kind::{Carrier, Nat};
pub use shape::Protocol;
pub use table::MappingShown;

pub(crate) use firewall::Firewall;
pub(crate) use packet::Packet;
pub(crate) use translator::{Outcome, Translator};

/// Nanoseconds since the wide-area router started.
pub(crate) type Nanos = u64;
