//! What every overlay is: the trait, its context, and those that need no crate of their own.
//!
//! - [`Overlay`]: an overlay before it is joined: what it promises and needs, and how it joins;
//! - [`Joined`]: an overlay that a party has joined: dial table, links, leaving;
//! - [`Service`]: infrastructure that an overlay needs, as something that an agent can start;
//! - [`OptionKind`]: what e3.toml may say of an overlay beyond its name;
//! - [`Flow`]: what a firewall has to let through for it;
//! - [`Registry`]: the overlays of this program, by name;
//! - [`direct`]: plain TCP, the baseline; [`tls`]: `MPyC`'s own TLS;
//! - [`RawKeys`]: TLS between two that know one another's keys;
//! - [`addresses`]: virtual addresses, one allocator for all overlays;
//! - [`reachability`]: who can dial whom without NAT traversal, from declared facts.

pub mod addresses;
pub mod direct;
mod error;
mod flow;
#[doc(hidden)]
pub mod fuzzing;
mod joining;
mod option;
mod overlay;
mod program_needs;
mod properties;
mod raw_keys;
pub mod reachability;
mod registry;
mod service;
mod tcp;
#[doc(hidden)]
pub mod testing;
pub mod tls;

pub use error::OverlayError;
pub use flow::{End, Flow, PortChoice, Purpose, Scene};
pub use joining::{Introducing, Joining, Mailbox, MailboxClosed, Pen};
pub use option::{OWN, OptionKind, OptionShape, needed_services};
pub use overlay::{Joined, Overlay};
pub use program_needs::{ProgramFile, ProgramNeeds, ProgramPlace, ProgramRules};
pub use properties::{Addressing, Lack, Need, Promise, Properties, ServiceKind, Wish};
pub use raw_keys::RawKeys;
pub use registry::Registry;
pub use service::{RunningService, Service, ServiceError, ServiceStart};
