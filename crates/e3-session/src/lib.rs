//! The one conversation between a controller and the agents, without a network.
//!
//! ```text
//! hello → prepare → introduce → endorse → admit → connect → (stage → agree → confirm → run → outcome)* → leave
//! ```
//!
//! From the top down:
//! - [`message`]: what a controller asks of an agent, and what the agent answers;
//! - [`types`]: the words they use: rosters, agreements, dial tables, links, programs, outcomes.
//!
//! This crate opens no socket and starts no process.

pub mod message;
pub mod types;
