//! What would leave this machine for the hosts, said before it does.

use std::path::{Path, PathBuf};

use e3_program::files::{Collection, collect};
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
    /// The file to start, relative to the folder.
    pub entry: String,
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
        let program = environment.program.as_ref().map(|program| {
            let named: Option<Vec<PathBuf>> = program.files.as_ref().map(|files| {
                files
                    .iter()
                    .map(|file| PathBuf::from(file.as_str()))
                    .collect()
            });
            files(program.path.as_ref(), named.as_deref(), &private)
        });
        Ok(Self {
            program: program.transpose()?,
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

fn files(
    program: &Path,
    named: Option<&[PathBuf]>,
    private: &[PathBuf],
) -> Result<ProgramFiles, Fault> {
    let found: Collection =
        collect(program, named, private).map_err(|error| Fault::user(error.to_string()))?;
    let described = found.describe(&shown(&found.folder));
    let entry = found.entry.to_string();
    let files = found.manifest.files.iter();
    let skipped = found.skipped.into_iter();
    Ok(ProgramFiles {
        folder: found.folder,
        entry,
        files: files
            .map(|file| TravellingFile {
                path: file.path.clone(),
                bytes: file.size,
            })
            .collect(),
        skipped: skipped
            .map(|file| SkippedFile {
                path: file.path,
                reason: file.reason,
            })
            .collect(),
        described,
        manifest: found.manifest,
    })
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

/// A folder as short as it can be named from here.
fn shown(folder: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    match here.as_deref().map(|here| folder.strip_prefix(here)) {
        Ok(Ok(below)) if below == Path::new("") => PathBuf::from("."),
        Ok(Ok(below)) => below.to_owned(),
        _ => folder.to_owned(),
    }
}
