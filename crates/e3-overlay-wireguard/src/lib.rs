//! Overlay `wireguard`: WireGuard between peers that the roster names, through NATs, with a relay.
//!
//! - [`overlay`](WireguardOverlay): what it is before a party joins; `options`: what can be set; `flows`: what a firewall must
//!   let through; `guests`: whom the roster names;
//! - `joined`: a party that has joined; `herald`: tells peers where it is, and hears where they are;
//! - [`engine`]: the data plane, in user space: WireGuard's protocol by gotatun, its I/O in batches; or the kernel's
//!   WireGuard, told what to do;
//! - `packet`: packets as TUN interfaces give and take them, cut and joined; [`key`]: keys;
//! - `service`: the relay, with a reflector beside it.

pub mod engine;
mod error;
mod flows;
#[doc(hidden)]
pub mod fuzzing;
mod guests;
mod herald;
mod joined;
pub mod key;
mod options;
mod overlay;
mod packet;
mod service;

pub use error::WireguardError;
pub use options::EngineChoice;
pub use overlay::WireguardOverlay;

/// The overlay's name.
const NAME: &str = "wireguard";
