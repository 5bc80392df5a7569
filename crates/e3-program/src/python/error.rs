//! Why there is no Python to run programs with.

use std::{io, path::PathBuf, time::Duration};

use super::{MPYC_VERSION, OLDEST};

/// Why there is no Python to run programs with; the text says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum PythonError {
    /// No Python at all.
    #[error(
        "no python3 on the PATH: install Python {OLDEST} or newer \
         (on Debian or Ubuntu: `apt-get install python3 python3-venv`)"
    )]
    NoPython,

    /// No Python that is new enough.
    #[error(
        "Python {OLDEST} or newer is needed, and found is only {found}: \
         install a newer one, or name an interpreter that has what the program needs with `python = \"…\"`"
    )]
    TooOld {
        /// What was found, with versions.
        found: String,
    },

    /// A Python without the parts that make environments.
    #[error(
        "{} cannot make virtual environments: install that part of it \
         (on Debian or Ubuntu: `apt-get install python3-venv`), or install uv",
        python.display()
    )]
    NoVenv {
        /// The interpreter.
        python: PathBuf,
    },

    /// The environment could not be made.
    #[error("cannot make a Python environment in {}:\n{output}", folder.display())]
    Create {
        /// Where.
        folder: PathBuf,
        /// The last lines of what was printed.
        output: String,
    },

    /// The packages could not be installed.
    #[error(
        "cannot install {what} with {installer}. \
         This needs a connection to the Python package index, once:\n{output}"
    )]
    Install {
        /// What was to be installed.
        what: String,
        /// What was to install them, `uv` or `pip`.
        installer: &'static str,
        /// The last lines of what it printed.
        output: String,
    },

    /// Another process makes the environment and does not end.
    #[error("another e3 has been making {} for {} s: wait for it, or end it", folder.display(), waited.as_secs())]
    Busy {
        /// The environment.
        folder: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },

    /// An environment is not there, or not usable.
    #[error("there is no complete Python environment in {}: {reason}", folder.display())]
    Incomplete {
        /// The environment.
        folder: PathBuf,
        /// What is missing.
        reason: String,
    },

    /// A user's own interpreter has no `MPyC`.
    #[error(
        "{} cannot import mpyc: install it there (`{} -m pip install mpyc=={MPYC_VERSION}`), \
         or leave `python` out to use e3's own environment. It said:\n{output}",
        python.display(), python.display()
    )]
    NoMpyc {
        /// The interpreter.
        python: PathBuf,
        /// The last lines of what it printed.
        output: String,
    },

    /// A program could not be started.
    #[error("cannot start {}: {cause}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system said.
        cause: io::Error,
    },

    /// A program did not end.
    #[error("{} did not end within {} s and was stopped", program.display(), limit.as_secs())]
    TimedOut {
        /// The program.
        program: PathBuf,
        /// How long it was given.
        limit: Duration,
    },

    /// An interpreter answered something that no Python says.
    #[error("{} is no Python that can be used: asked for its version, it said `{answer}`", python.display())]
    NotPython {
        /// The program.
        python: PathBuf,
        /// What it said.
        answer: String,
    },

    /// A file of the cache could not be used.
    #[error("cannot use {}: {cause}", path.display())]
    Cache {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },

    /// Neither `XDG_CACHE_HOME` nor `HOME` is set to something useful.
    #[error(
        "where to keep the Python environment is unknown: set HOME or XDG_CACHE_HOME to an absolute path that is a text \
         (UTF-8)"
    )]
    NoCache,
}
