//! How a party's program ended.

use serde::{Deserialize, Serialize};

/// The end of one party's program, told by its agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// Wall-clock start, in milliseconds since the Unix epoch.
    pub started_ms: u64,
    /// Seconds from start to end, by the host's monotonic clock.
    pub elapsed_s: f64,
    /// Seconds of processor time that it used, user and system.
    pub cpu_s: f64,
    /// Greatest resident memory, in bytes.
    pub peak_memory: u64,
    /// Seconds of processor time that its agent used meanwhile, what the overlay does in it and in processes of its own
    /// included.
    pub agent_cpu_s: f64,
    /// Greatest resident memory so far of its agent and of the overlay's own processes, in bytes.
    pub agent_memory: u64,
    /// What the program's runtime itself reports, in seconds.
    pub runtime_elapsed_s: Option<f64>,
    /// Bytes that the runtime says this party sent.
    pub bytes_sent: Option<u64>,
    /// Where the output was left on the host, if it was to be kept there.
    pub kept: Option<String>,
}

/// Ways to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The program exited by itself with this code.
    Exited(i32),
    /// A signal that E³ did not send ended it.
    Signalled(i32),
    /// It ran longer than allowed and was stopped.
    TimedOut,
    /// It was stopped because the controller asked for it.
    Cancelled,
    /// It could not be started.
    NotStarted(String),
    /// It was stopped by its agent, since the overlay could not be relied upon any more, for this reason.
    Severed(String),
}

impl Ending {
    /// Whether the program ended by itself with code 0.
    pub fn is_success(&self) -> bool {
        *self == Self::Exited(0)
    }
}
