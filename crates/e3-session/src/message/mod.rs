//! What a controller asks of an agent, and what the agent answers.
//!
//! Every [`Request`] travels with a number that the controller chooses; every [`Reply`] names the request that
//! it answers. A request has exactly one final reply (see [`Reply::is_final`]); `Run` and `Exec` have streaming
//! ones before it.

mod kind;
mod reply;
mod request;

pub use kind::RequestKind;
pub use reply::{Refusal, RefusalCode, Reply, Stream};
pub use request::{Request, SendBlob, Serve, Settings};

use serde::{Deserialize, Serialize};

/// The protocol's version. A controller and an agent of different versions refuse one another at *hello*.
pub const PROTOCOL: u16 = 7;

/// A request as it travels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToAgent {
    /// Chosen by the controller, growing.
    pub id: u32,
    /// What is asked.
    pub request: Request,
}

/// A reply as it travels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToController {
    /// The request that this answers; 0 for what the agent says unasked.
    pub re: u32,
    /// What is answered.
    pub reply: Reply,
}
