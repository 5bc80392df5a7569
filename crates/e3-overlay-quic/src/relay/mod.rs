//! The relay: carries what two parties say whom no packet reaches directly, and tells parties their own address as it
//! sees it. It is a service of the environment, run by an agent on a host that is no party.
//!
//! What passes is encrypted between the parties: the relay learns their session keys' public halves, their addresses, when
//! they speak and how much. Its certificate is its own, and reaches the parties with the service's facts, so that no
//! authority is asked; whoever wants to use it shows a token that comes with them, and proves to have a key of the roster.
//!
//! - [`server`]: it runs; [`kept`]: what survives a restart in its folder; [`access`]: who may use it.
//!
//! What parties are told of it, and how they read it, is [`Told`].

mod access;
mod kept;
mod server;

pub use access::Callers;
pub use e3_contact::{Told, ToldError};
pub use kept::keep;
pub use server::{Relay, RelayPorts};

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_callers;
#[cfg(test)]
mod tests_elsewhere;
