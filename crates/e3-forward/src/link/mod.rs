//! Links: what carries the program's connections to a peer's agent, over carriers that come and go.
//!
//! - [`Forwarder`]: all links of one party;
//! - [`Carrier`]: an authenticated byte stream that an overlay hands to a link;
//! - [`LinkState`], [`LinkFacts`]: what links tell when they are asked, [`Notice`]: what they tell unasked;
//! - [`ForwardSettings`], [`Guard`]: what can be set.

mod carrier;
mod facts;
mod forwarder;
pub mod fuzzing;
mod key;
mod notice;
mod notices;
mod peer;
mod settings;
mod share;
mod task;

pub use carrier::{ByteStream, Carrier, CarrierFacts};
pub use facts::{LinkFacts, LinkState};
pub use forwarder::Forwarder;
pub use key::PeerKey;
pub use notice::{Incident, Notice};
pub use settings::{ForwardSettings, Guard};
