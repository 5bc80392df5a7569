//! A program as it travels from the controller to the agents.

use serde::{Deserialize, Serialize};

use super::{Dial, Digest, Manifest, Ports};

/// What every party runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The kind of program, with what only that kind needs.
    pub kind: Kind,
    /// What is started: see [`Kind`].
    pub entry: String,
    /// Arguments, the same for all parties; a command's are templates.
    pub arguments: Vec<String>,
    /// The ports that the parties listen on.
    pub ports: Ports,
    /// Seconds after which a run is stopped.
    pub timeout_s: u64,
    /// The files that travel.
    pub manifest: Manifest,
}

/// Kinds of programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A Python program that uses MPyC. The entry is its file, relative to the folder that travels.
    Mpyc {
        /// Corrupted parties tolerated; less than half of all.
        threshold: u16,
        /// The Python that runs it.
        interpreter: Interpreter,
    },
    /// Any program. The entry is a template for its name: `./name` of a file that travels, an absolute path on the
    /// host, or a name that is looked for in PATH there.
    Command(Command),
    /// A measurement that the agent itself carries out. The entry is its name.
    Probe,
}

/// What a command needs beside its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Variables of its environment: names, and templates of their values.
    pub environment: Vec<(String, String)>,
    /// Where in the working folder the private input is to be found as well: a template of a relative path.
    pub input_as: Option<String>,
    /// Which parties open connections to which.
    pub dial: Dial,
    /// The Python that `{python}` stands for.
    pub interpreter: Option<Interpreter>,
}

impl Program {
    /// Which parties open connections to which. `MPyC`'s lower parties dial its higher ones, and so do the probes.
    pub fn dial(&self) -> Dial {
        match &self.kind {
            Kind::Mpyc { .. } | Kind::Probe => Dial::LowerToHigher,
            Kind::Command(command) => command.dial,
        }
    }
}

impl Kind {
    /// Its name in e3.toml and in an agreement.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mpyc { .. } => "mpyc",
            Self::Command(_) => "command",
            Self::Probe => "probe",
        }
    }
}

/// Whether a program may be given a variable of that name: those that begin with `E3_` are E³'s own.
pub fn is_variable(name: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    name.bytes().next().is_some_and(letter)
        && name
            .bytes()
            .all(|byte| letter(byte) || byte.is_ascii_digit())
        && !name.starts_with("E3_")
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
