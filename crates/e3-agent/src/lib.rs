//! Carries out the conversation on a host.
//!
//! [`serve`] speaks with one controller over any stream, and does what `e3_session` says may be done:
//!
//! - [`serve`]: the loop: requests in, answers out, and the end;
//! - `agent`: what an agent has and is doing, and which module carries out which request;
//! - one module a request: `hello`, `prepare`, `introduce`, `services`, `admit`, `connect`, `stage`, `agree`, `run`, `conclude`, `exec`,
//!   `ping`, `carry`, and `leave` for every way in which it ends;
//! - `identity`: the key that is who this party is, in a folder of the host;
//! - `process`: processes on the host, ended with all that they started;
//! - `outbox`: answers and output on their way to the controller.
//!
//! An agent keeps what it makes below the folder that `hello` names, and removes it when the conversation ends, however
//! that happens; only output that was to be kept stays. Programs die with the agent, even when it is killed.

mod admit;
mod agent;
mod agree;
mod carry;
mod conclude;
mod connect;
mod examine;
mod exec;
mod give;
mod hello;
mod helped;
mod identity;
mod introduce;
mod kit;
mod leave;
mod outbox;
mod ping;
mod prepare;
mod process;
mod run;
mod serve;
mod services;
mod sever;
mod stage;
mod stdio;

pub use kit::Kit;
pub use serve::{Farewell, serve};
pub use stdio::serve_stdio;
