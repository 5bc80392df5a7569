//! How a host is seen from outside, and what follows for its links.
//!
//! A *reflector* ([`Reflector`]) tells whoever asks it where the question came from, by STUN (RFC 8489). By asking it
//! from several sockets, in several ways (RFC 5780), a host finds out what its NAT does: [`examine`]. The same exchange
//! carries four timestamps, so that it also tells how far the two hosts' clocks are apart (RFC 5905).
//!
//! What cannot be known is not guessed: of a NAT's mapping and filtering all answers are told that fit what was seen
//! ([`Dependence`]). [`outlook`] says what follows for a pair of hosts, by theory alone.
//!
//! A service that runs one tells where it answers by the fact [`TOLD`]; whoever has that can ask.
//!
//! Nobody believes a reflector in anything that matters: it can tell a host a wrong address, and no more.
//!
//! [`Dependence`]: e3_session::types::Dependence

pub mod client;
pub mod clock;
pub mod message;
pub mod outlook;
pub mod server;

mod framing;
mod station;

pub use client::{Known, Pace, connect_time, examine};
pub use outlook::{Outlook, outlook};
pub use server::{CannotListen, Reflector};
pub use station::{NotAStation, Station, Stations, TOLD, USUAL_PORTS, service_ports};
