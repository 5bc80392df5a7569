//! Links: what carries the program's connections to a peer's agent, over carriers that come and go.
//!
//! - [`Forwarder`]: all links of one party;
//! - [`Carrier`]: an authenticated byte stream that an overlay hands to a link;
//! - [`LinkState`], [`LinkFacts`], [`Notice`]: what links tell;
//! - [`ForwardSettings`], [`Guard`]: what can be set.

mod carrier;
mod facts;
mod forwarder;
mod peer;
mod settings;
mod task;

pub use carrier::{ByteStream, Carrier, CarrierFacts};
pub use facts::{LinkFacts, LinkState, Notice};
pub use forwarder::Forwarder;
pub use settings::{ForwardSettings, Guard};
