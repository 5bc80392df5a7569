//! What the parties run together, as an environment declares it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::choice::{Dialling, Ports, ProbeName};
use crate::number::{Port, Threshold};
use crate::quantity::Timeout;
use crate::text::{FilePath, TravelPath, VariableName, Version};

/// What the parties run together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its arguments; those of a command stand in its command line.
    pub args: Vec<String>,
    /// After which time it is ended.
    pub timeout: Timeout,
    /// What travels beside the program itself; `None` for its whole folder.
    pub files: Option<Vec<TravelPath>>,
    /// The port that parties listen on, or the first of them.
    pub port: Port,
    /// What kind of program it is, and what only that kind has.
    pub kind: ProgramKind,
}

/// The kinds of programs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgramKind {
    /// A Python program that uses MPyC.
    Mpyc(Mpyc),
    /// Any program.
    Command(Command),
    /// A measurement that E³ itself carries out.
    Probe(Probe),
}

/// What an MPyC program needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mpyc {
    /// The program's file.
    pub path: FilePath,
    /// How many parties may pool what they know and still learn nothing.
    pub threshold: Threshold,
    /// The user's own interpreter: a path, or a name to be found in PATH when it holds no slash.
    pub python: Option<FilePath>,
    /// The version of MPyC, `None` for the one that E³ has been tested with.
    pub version: Option<Version>,
}

/// What a command needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The command line: templates, the first of which names the program. Never empty.
    pub line: Vec<String>,
    /// The folder that travels; `None` if nothing does.
    pub folder: Option<FilePath>,
    /// Variables of its environment, with templates of their values.
    pub env: BTreeMap<VariableName, String>,
    /// How the parties use their ports.
    pub ports: Ports,
    /// Which parties open connections to which.
    pub dial: Dialling,
    /// The packages that its Python needs.
    pub requirements: Option<FilePath>,
    /// The user's own interpreter, for `{python}`.
    pub python: Option<FilePath>,
    /// Where in the working folder the private input is to be found as well: a template of a relative path.
    pub input_as: Option<String>,
}

/// What a probe needs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Which measurement.
    pub name: ProbeName,
    /// How long one measurement takes.
    pub limit: Timeout,
    /// What the probe `mesh` replays; no other has one.
    pub profile: Option<FilePath>,
}

impl Program {
    /// What people call it: the name of its file, or of the measurement.
    pub fn name(&self) -> String {
        let file = |path: &str| {
            let name = Path::new(path).file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        };
        match &self.kind {
            ProgramKind::Mpyc(mpyc) => file(mpyc.path.as_str()),
            ProgramKind::Command(command) => {
                // A Python's own name says nothing; its first argument does.
                let first = command
                    .line
                    .iter()
                    .find(|word| !word.starts_with("{python"));
                file(first.map_or("{python}", String::as_str))
            }
            ProgramKind::Probe(probe) => probe.name.to_string(),
        }
    }
}
