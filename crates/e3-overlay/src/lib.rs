//! What every overlay is: the trait, its context, and the plain one.
//!
//! - [`Overlay`]: an overlay before it is joined: what it promises and needs, and how it joins;
//! - [`Joined`]: an overlay that a party has joined: dial table, links, leaving;
//! - [`Registry`]: the overlays of this program, by name;
//! - [`direct`]: plain TCP, the baseline;
//! - [`reachability`]: who can dial whom without NAT traversal, from declared facts.

pub mod direct;
mod error;
mod joining;
mod overlay;
mod properties;
pub mod reachability;
mod registry;

pub use error::OverlayError;
pub use joining::{Joining, Mailbox, MailboxClosed};
pub use overlay::{Joined, Overlay};
pub use properties::{Need, Promise, Properties, ServiceKind};
pub use registry::Registry;
