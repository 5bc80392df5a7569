//! Attacks on overlays, really tried in the lab, and what became of them beside what was promised.
//!
//! Each attack is a program: it lays out parties with real agents in a lab of its own, and an adversary who does what it
//! says. It knows no overlay: what it tries can be tried against each of them. What became of it is one of four: it held, the
//! attack was detected, it broke, or there is nothing of the kind to attack; with what was seen that shows it.
//!
//! That nothing breaks means something only where it could have: for each attack there is an overlay, weakened on purpose,
//! in which it succeeds (`tests/attacks`).
//!
//! ```no_run
//! use e3_conformance::subject::About;
//! use e3_evaluate::finding::Attack;
//!
//! // Inside namespaces of its own (`e3_lab::enter`), in a process that has no threads yet:
//! let about = About::overlay("direct", e3_overlay::Registry::builtin);
//! let order = e3_experiment::Order::new(about, Attack::BytesChanged);
//! let finding = e3_experiment::conduct(&order)?;
//! # anyhow::Ok(())
//! ```
//!
//! - [`promise`]: what an overlay promises of each attack: one table;
//! - `attack`: the attacks, one a file; `stage`: what several of them begin with; `outcome`: what is seen while they are tried;
//! - [`headscale`]: what a stock coordinator can be made to say;
//! - `recording`: packets that were kept; `readable`: whether what programs said stands in what somebody saw;
//!   `stolen`: private keys that stand in files of hosts, and what they open; `memory`: those in the memory of processes.

mod attack;
mod conduct;
pub mod headscale;
mod memory;
mod outcome;
pub mod promise;
mod readable;
mod recording;
mod stage;
mod stolen;

pub use attack::{Falsehood, WRITTEN};
pub use conduct::{Order, conduct};
