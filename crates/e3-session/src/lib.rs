//! The one conversation between a controller and the agents, without a network.
//!
//! ```text
//! hello → serve* → prepare → introduce → endorse → admit → reveal → compare → connect
//!       → (stage → agree → confirm → run → outcome → conclude)* → leave
//! ```
//!
//! From the top down:
//! - [`controller`]: the controller's end of a conversation with one agent;
//! - [`agent`]: the agent's end of it;
//! - [`order`]: what may be asked when, the same for both ends;
//! - [`frame`]: messages as bytes in a stream;
//! - [`agreement`]: what the parties would run, compared;
//! - [`evidence`]: what the parties have signed, verified;
//! - [`audit`]: whether the record of a run holds, afterwards;
//! - [`message`]: what a controller asks of an agent, and what the agent answers;
//! - [`types`]: the words they use: rosters, agreements, dial tables, links, programs, outcomes.
//!
//! This crate opens no socket and starts no process.

pub mod agent;
pub mod agreement;
pub mod audit;
pub mod controller;
pub mod evidence;
pub mod frame;
pub mod message;
pub mod order;
pub mod types;
