//! A program as it travels from the controller to the agents.

use serde::{Deserialize, Serialize};

use super::{Digest, Manifest};

/// What every party runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The kind of program, with what only that kind needs.
    pub kind: Kind,
    /// The file to start, relative to the folder that travels.
    pub entry: String,
    /// Arguments, the same for all parties.
    pub arguments: Vec<String>,
    /// Port that each party listens on.
    pub port: u16,
    /// Seconds after which a run is stopped.
    pub timeout_s: u64,
    /// The files that travel.
    pub manifest: Manifest,
}

/// Kinds of programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A Python program that uses MPyC.
    Mpyc {
        /// Corrupted parties tolerated; less than half of all.
        threshold: u16,
        /// The Python that runs it.
        interpreter: Interpreter,
    },
}

/// Where a Python interpreter comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interpreter {
    /// E³'s own environment, with the versions that this release pins, in this cache folder of the host.
    Own {
        /// The folder of the finished environment on the host.
        folder: String,
    },
    /// A user's own interpreter on the host.
    Named {
        /// Its path on the host.
        path: String,
    },
}

/// Where a party's private input comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputSource {
    /// The party has none.
    None,
    /// Sent to this party's agent only, as blobs under this digest.
    Sent {
        /// File name to keep (its extension may matter to the program).
        name: String,
        /// SHA-256 of the content.
        sha256: Digest,
        /// Length in bytes.
        size: u64,
    },
    /// Already on the party's host; never passes through the controller.
    OnHost {
        /// Its path there.
        path: String,
    },
}

/// What happens to a party's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputPolicy {
    /// Streamed to the controller.
    Collect,
    /// Left on the party's host; the controller learns only where, and the outcome's facts.
    Keep,
}

/// What a program's own lines tell about its progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProgramEvent {
    /// The runtime has started.
    Started,
    /// All parties are connected.
    Connected,
    /// The runtime has ended.
    Stopped {
        /// Seconds that the runtime itself reports.
        elapsed_s: f64,
        /// Bytes that the runtime says this party sent.
        bytes_sent: u64,
    },
}
