//! The Python that a run needs, made now if it is not there yet: inside the lab there is no Internet.

use e3_program::python::{Packages, Progress, PythonEnv, PythonError, cache_folder};
use e3_session::types::Interpreter;
use e3_spec::{Command, Mpyc};

use crate::fault::Fault;
use crate::view::View;

/// For a program that uses MPyC: the user's own, or E³'s.
///
/// # Errors
/// The user's: there is no such Python, or it cannot be made.
pub fn of_mpyc(mpyc: &Mpyc, view: &mut View) -> Result<Interpreter, Fault> {
    let found = match &mpyc.python {
        Some(path) => PythonEnv::named(path.as_ref()).map_err(|error| failed(&error))?,
        None => made(&Packages::own(), view)?,
    };
    match &mpyc.version {
        Some(version) if found.runtime != format!("mpyc {version}") => Err(Fault::user(format!(
            "the environment asks for mpyc {version}, and this Python has {}",
            found.runtime
        ))
        .hint("name a Python that has it by `program.python`, or leave `program.mpyc` out")),
        _ => Ok(found.interpreter),
    }
}

/// For a command: the user's own, one with the packages that it lists, or none.
///
/// # Errors
/// The user's: there is no such Python, the list cannot be read, or its packages not be installed.
pub fn of_command(command: &Command, view: &mut View) -> Result<Option<Interpreter>, Fault> {
    if let Some(path) = &command.python {
        let found = PythonEnv::plain(path.as_ref()).map_err(|error| failed(&error))?;
        return Ok(Some(found.interpreter));
    }
    let Some(path) = &command.requirements else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(path.as_str())
        .map_err(|error| Fault::user(format!("cannot read {path}: {error}")))?;
    Ok(Some(made(&Packages::listed(&text), view)?.interpreter))
}

fn made(packages: &Packages, view: &mut View) -> Result<PythonEnv, Fault> {
    let cache = cache_folder().map_err(|error| failed(&error))?;
    let mut tell = |progress| view.doing(&words(&progress, packages));
    PythonEnv::ensure_with(&cache, packages, &mut tell).map_err(|error| failed(&error))
}

fn failed(error: &PythonError) -> Fault {
    Fault::user(error.to_string()).hint("`e3 doctor` says what this machine lacks")
}

fn words(progress: &Progress, packages: &Packages) -> String {
    match progress {
        Progress::Waiting => "waiting for another e3 that makes the Python environment".to_owned(),
        Progress::Creating { python, version } => {
            format!(
                "making a Python environment with {} ({version}); this happens once",
                python.display()
            )
        }
        Progress::Installing => format!("installing {}; this happens once", packages.what()),
    }
}
