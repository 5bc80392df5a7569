//! What would leave this machine for the hosts, said before it does.

mod files;

use std::path::PathBuf;

use e3_session::types::Manifest;
use e3_spec::{Environment, Input, Output};
use serde::Serialize;

use crate::fault::Fault;

/// What travels, and what stays.
#[derive(Clone, Debug, Serialize)]
pub struct Travel {
    /// The program's files, which go to every host.
    pub program: Option<ProgramFiles>,
    /// Each party's private input.
    pub inputs: Vec<PrivateInput>,
    /// Hosts whose output stays there.
    pub output_kept_on: Vec<String>,
}

/// A program's files.
#[derive(Clone, Debug, Serialize)]
pub struct ProgramFiles {
    /// The folder that they are in.
    pub folder: PathBuf,
    /// The file to start, relative to the folder, if it is one of them.
    pub entry: Option<String>,
    /// All files, the one to start included.
    pub files: Vec<TravellingFile>,
    /// Files that do not travel although one could expect it.
    pub skipped: Vec<SkippedFile>,
    /// In one line, for people.
    #[serde(skip)]
    pub described: String,
    /// The same with digests, as it is told to the hosts.
    #[serde(skip)]
    pub manifest: Manifest,
}

/// A file that goes to every host.
#[derive(Clone, Debug, Serialize)]
pub struct TravellingFile {
    /// Relative to the folder.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
}

/// A file that stays.
#[derive(Clone, Debug, Serialize)]
pub struct SkippedFile {
    /// Relative to the folder.
    pub path: PathBuf,
    /// Why.
    pub reason: &'static str,
}

/// A party's private input.
#[derive(Clone, Debug, Serialize)]
pub struct PrivateInput {
    /// The only host that has it.
    pub host: String,
    /// Where it is.
    pub path: PathBuf,
    /// Whether it is on the host already, and never passes through this machine.
    pub on_host: bool,
}

impl Travel {
    /// Looks at the files of this machine; nothing travels yet.
    ///
    /// # Errors
    /// The user's: the program's folder may not travel, or is too large.
    pub fn of(environment: &Environment) -> Result<Self, Fault> {
        let inputs = inputs(environment);
        let private: Vec<PathBuf> = inputs
            .iter()
            .filter(|input| !input.on_host)
            .map(|input| input.path.clone())
            .collect();
        let program = match &environment.program {
            Some(program) => files::of(program, &private)?,
            None => None,
        };
        Ok(Self {
            program,
            inputs,
            output_kept_on: environment
                .hosts
                .iter()
                .filter(|host| host.output == Output::Keep)
                .map(|host| host.name.to_string())
                .collect(),
        })
    }

    /// For people, a line each.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(program) = &self.program {
            lines.push(format!("to every host: {}", program.described));
            for file in &program.skipped {
                lines.push(format!(
                    "stays here: {} ({})",
                    file.path.display(),
                    file.reason
                ));
            }
        }
        for PrivateInput {
            host,
            path,
            on_host,
        } in &self.inputs
        {
            let path = path.display();
            lines.push(if *on_host {
                format!("is on {host} already and stays there: {path}")
            } else {
                format!("to {host} alone: {path}")
            });
        }
        for host in &self.output_kept_on {
            lines.push(format!("stays on {host}: its party's output"));
        }
        lines
    }
}

fn inputs(environment: &Environment) -> Vec<PrivateInput> {
    let of_host = |host: &e3_spec::Host| {
        let (path, on_host) = match host.input.as_ref()? {
            Input::File(path) => (path, false),
            Input::OnHost(path) => (path, true),
        };
        Some(PrivateInput {
            host: host.name.to_string(),
            path: PathBuf::from(path.as_str()),
            on_host,
        })
    };
    environment.hosts.iter().filter_map(of_host).collect()
}
