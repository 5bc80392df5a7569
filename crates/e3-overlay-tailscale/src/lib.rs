//! Overlays `headscale` and `tailscale`: the stock client of Tailscale between parties that the roster names, with a
//! coordinator of E³'s own or with Tailscale's service, neither of which is believed.
//!
//! - `keys`, `introduced`: by what parties and their coordinator know one another;
//! - `coordinator`: the stock `headscale` as a service, `desk`: where parties are given keys to register with;
//! - [`Told`]: what the coordinator's host tells of it;
//! - `ports`: those that programs listen on, which a coordinator opens;
//! - `options`: what e3.toml may say; `engine`: whether a host lets a daemon have an interface;
//! - `state`, `tailscaled`, `local_api`: a party's daemon: what it finds, how it runs, what it answers; `hands_off`, `etc`:
//!   what it cannot touch;
//! - [`Netmap`]: what it was told of other nodes, compared with the roster; `filter`: whom it was told to let in; `watch`: again and again;
//! - `inner`: `MPyC`'s TLS inside the tunnel;
//! - `control`: who coordinates; `account`: what lets a party in at somebody else's;
//! - `overlay`, `theirs`: what they are before a party joins, `begun`: what they have in common, `flows`: what a firewall
//!   must let through;
//! - `joined`: a party that has joined.

mod account;
mod begun;
mod command;
mod control;
mod coordinator;
mod desk;
mod engine;
mod error;
mod etc;
mod filter;
mod flows;
#[doc(hidden)]
pub mod fuzzing;
mod hands_off;
mod inner;
mod introduced;
mod joined;
mod keys;
mod local_api;
mod near;
mod netmap;
mod options;
mod overlay;
mod ports;
mod state;
mod tailscaled;
mod theirs;
mod told;
mod watch;

pub use desk::understand;
pub use error::TailscaleError;
pub use inner::letter::Letter;
pub use introduced::{Introduced, NodeKey};
pub use netmap::{Difference, Expected, Netmap, Node, Seen, Unreadable};
pub use overlay::HeadscaleOverlay;
pub use theirs::TailscaleOverlay;
pub use told::{Ports, Told, ToldError};
