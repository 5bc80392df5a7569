//! Overlay `quic`: streams through NATs, over QUIC or TLS, to peers that the roster names.
//!
//! - `key`, `guests`: by what parties know one another, and whom the roster names;
//! - `overlay`: what it is before a party joins, `options`: what can be set, `flows`: what a firewall must let through;
//! - `joined`: a party that has joined, `hub`: what its tasks share;
//! - `hunt`: one task a peer, `seek`: how it dials, `door`: how others are let in, `carrier`: what links ride on;
//! - `herald`: tells peers where this party is (`places`), `book`: where they are, by signed records; `neighbours`: on a LAN;
//!   `acquaintance`: what is known of each peer;
//! - `endpoint`: QUIC, `current`: the one in use, `renewal`: which is made anew after outages of relays; `names`: of our own
//!   relays, `elsewhere`: other people's, `lookout`: whether they can be used; `tls`: carriers over TCP;
//! - [`relay`]: the `service` that carries what cannot go direct.

mod acquaintance;
mod book;
mod carrier;
mod crowd;
mod current;
mod door;
mod elsewhere;
mod endpoint;
mod error;
mod flows;
mod guests;
mod herald;
mod hub;
mod hunt;
mod joined;
mod key;
mod knock;
mod lookout;
mod names;
mod neighbours;
mod options;
mod overlay;
mod places;
pub mod relay;
mod renewal;
mod seek;
mod service;
mod tls;

pub use error::QuicError;
pub use overlay::QuicOverlay;

/// The overlay's name.
const NAME: &str = "quic";

/// What both ends of a carrier name as their protocol (RFC 7301).
const ALPN: &[u8] = b"e3/link/1";
