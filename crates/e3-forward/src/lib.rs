//! Carries the connections of unmodified programs over authenticated, resumable links.
//!
//! - [`link`]: what carries them to the peers' agents, and goes on when its connection is gone;
//! - [`place`]: where a program is, and how its connections are taken over.

pub mod link;
pub mod place;

pub use link::{
    Carrier, CarrierFacts, ForwardSettings, Forwarder, Guard, Incident, LinkFacts, LinkState,
    Notice, PeerKey,
};
pub use place::{Place, Programs};
