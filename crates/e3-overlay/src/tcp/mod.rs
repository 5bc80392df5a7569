//! TCP between the hosts' own addresses, proved before a program uses it.
//!
//! Joining proves every connection that a program will need, in the direction in which the program will open it:
//! who will listen listens on the program's port, who will dial dials it, and both exchange a short [`probe`] that
//! names the session, the roster and the two parties. So a machine that merely owns the same private address is
//! told from the peer, and the round-trip time is known before a program starts.
//!
//! - [`probe`]: what is said over such a connection, and [`secure`]: what is put around it before;
//! - [`dialler`] and [`listener`]: its two ends, and [`prove`]: all of them at once;
//! - [`flows`]: all of them as a firewall sees them;
//! - [`reason`]: why a peer cannot be reached, in words;
//! - [`joined`]: the overlay while it is up;
//! - [`ping`]: a measurement that leaves the program's port alone.

mod dialler;
mod flows;
mod joined;
mod listener;
mod ping;
mod probe;
mod prove;
mod reason;
mod secure;

pub(crate) use self::{
    flows::flows,
    joined::join,
    probe::{Heard, Hello, ProbeError, Verdict, dial as dial_probe, listen as listen_probe},
    secure::{Plain, Secure},
};
