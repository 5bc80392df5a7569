//! The process that keeps an environment alive between commands.
//!
//! From the top down:
//! - [`launch`]: how a command starts a holder;
//! - [`client`]: how a command speaks with one that is up;
//! - [`wire`]: what they say to one another, and what is written to a run's `events.jsonl`;
//! - [`firewall`]: what firewalls must let through, host by host, before anything is made;
//! - [`clock`]: what time it is, and how much of it has passed;
//! - [`state`]: where an environment's state lives, who owns it, and how it is taken away after any crash;
//! - [`authority`]: authorities on this machine, and what the holder has to do with them;
//! - [`beforehand`]: what is wrong with how parties are believed, before anything is made;
//! - [`removed`]: who was put out of an environment and is to stay out;
//! - [`holder`]: the process itself: the lab, the agents, the runs.

pub mod authority;
pub mod beforehand;
pub mod client;
pub mod clock;
mod exposure;
pub mod firewall;
pub mod holder;
pub mod launch;
pub mod removed;
pub mod state;
pub mod wire;
