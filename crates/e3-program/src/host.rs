//! What would run a program on this host, found before the parties agree on it.

use std::{
    env,
    ffi::OsStr,
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use e3_session::types::{Command, Interpreter, Kind, Program};

use crate::{
    files::{BadPath, RelativePath, of_file},
    python::{PythonEnv, PythonError},
};

/// What runs a program on this host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    /// What is started.
    pub program: PathBuf,
    /// The Python that `{python}` stands for, if the program has one.
    pub python: Option<PathBuf>,
    /// What parties compare: `mpyc 0.11`, or a program of the host with its digest.
    pub name: String,
    /// What they are told although it may differ, such as `Python 3.11.7`.
    pub language: String,
}

/// Why nothing on this host can run a program.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// No Python that has what it needs.
    #[error(transparent)]
    Python(#[from] PythonError),
    /// The program's path cannot stand in a folder.
    #[error(transparent)]
    Path(#[from] BadPath),
    /// A program of the host is not there.
    #[error(
        "this host has no program `{0}` in its PATH: install it there, or let it travel as `./{0}` with `folder`"
    )]
    NotInstalled(String),
    /// A file cannot be executed.
    #[error("{} cannot be executed: `chmod +x` it, or name an interpreter before it", .0.display())]
    NotExecutable(PathBuf),
    /// A file cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// This process's own program is not known.
    #[error("the agent cannot find its own program: {0}")]
    Own(io::Error),
    /// The command names a Python, and none was agreed.
    #[error("the command begins with `{{python}}`, and comes with no Python")]
    NoPython,
}

/// Finds what would run a program whose files are laid out in `folder`.
///
/// # Errors
/// [`RuntimeError`] if nothing on this host can.
pub fn find(program: &Program, folder: &Path) -> Result<Runtime, RuntimeError> {
    match &program.kind {
        Kind::Mpyc { interpreter, .. } => {
            let found = PythonEnv::of(interpreter)?;
            Ok(Runtime {
                program: found.python.clone(),
                python: Some(found.python),
                name: found.runtime,
                language: found.language,
            })
        }
        Kind::Command(command) => of_command(&program.entry, command, folder),
        Kind::Probe => Ok(Runtime {
            program: env::current_exe().map_err(RuntimeError::Own)?,
            python: None,
            name: format!("e3 {}", env!("CARGO_PKG_VERSION")),
            language: "Rust".to_owned(),
        }),
    }
}

fn of_command(entry: &str, command: &Command, folder: &Path) -> Result<Runtime, RuntimeError> {
    let python = command
        .interpreter
        .as_ref()
        .map(|interpreter| match interpreter {
            Interpreter::Own { folder } => PythonEnv::open(Path::new(folder)),
            Interpreter::Named { path } => PythonEnv::plain(Path::new(path)),
        });
    let python = python.transpose()?;
    let (program, mut name) = match (entry, &python) {
        ("{python}", Some(python)) => (python.python.clone(), String::new()),
        ("{python}", None) => return Err(RuntimeError::NoPython),
        _ => start_of(entry, folder)?,
    };
    let mut language = "native".to_owned();
    if let Some(python) = &python {
        if !name.is_empty() {
            name.push_str(", ");
        }
        name.push_str(&python.runtime);
        language.clone_from(&python.language);
    }
    Ok(Runtime {
        program,
        python: python.map(|python| python.python),
        name,
        language,
    })
}

/// What is started, and what parties compare: of a file that travels its name, of a program of the host its digest,
/// too.
fn start_of(entry: &str, folder: &Path) -> Result<(PathBuf, String), RuntimeError> {
    if let Some(file) = entry.strip_prefix("./") {
        let path = RelativePath::parse(file)?.below(folder);
        if !is_executable(&path) {
            return Err(RuntimeError::NotExecutable(file.into()));
        }
        return Ok((path, format!("{entry} of the files")));
    }
    let path = if Path::new(entry).is_absolute() {
        PathBuf::from(entry)
    } else {
        on_path(entry, env::var_os("PATH").as_deref())
            .ok_or_else(|| RuntimeError::NotInstalled(entry.to_owned()))?
    };
    let unreadable = |cause| RuntimeError::Unreadable {
        path: path.clone(),
        cause,
    };
    // Behind all links: what is compared is the program itself. It is started by the name that it was called by.
    let (digest, _) = of_file(&path.canonicalize().map_err(unreadable)?).map_err(unreadable)?;
    if !is_executable(&path) {
        return Err(RuntimeError::NotExecutable(path));
    }
    Ok((path, format!("{entry} sha256:{digest}")))
}

/// The first program of that name in the absolute folders of PATH.
fn on_path(name: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    if name.is_empty() || name.contains('/') {
        return None;
    }
    env::split_paths(path?)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|file| is_executable(file))
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests;
