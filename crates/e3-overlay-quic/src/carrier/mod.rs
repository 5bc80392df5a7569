//! What links ride on: TLS over TCP, or one stream of a QUIC connection.
//!
//! - [`tcp`]: breaks as soon as the address is gone that it was made from, and is [paced](pacing) where it goes far;
//! - [`quic`]: tells how its packets travel, while that changes.

pub(crate) mod pacing;
mod quic;
mod tcp;

pub(crate) use quic::{accepted, carry, path_of};
pub(crate) use tcp::{Tripwires, ride};

/// The name of TLS over TCP in reports.
pub(crate) const TLS: &str = "tls/tcp";

/// The name of QUIC in reports.
pub(crate) const QUIC: &str = "quic";

/// How good each way is; links move to whatever is better. The kernel does much of TCP's work.
pub(crate) mod rank {
    pub(crate) const RELAYED: u8 = 1;
    pub(crate) const DIRECT: u8 = 2;
    pub(crate) const TCP: u8 = 3;
}
