//! Finds a Python interpreter, and what it has.

use std::{
    env,
    ffi::OsStr,
    fmt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use super::{OLDEST, PythonError, process};

/// How long an interpreter may take to tell its version.
const ANSWER: Duration = Duration::from_secs(20);

/// Names that are tried; the first is what the user means by Python.
const NAMES: [&str; 6] = [
    "python3",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
];

/// A version of Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    pub(super) major: u16,
    pub(super) minor: u16,
    pub(super) patch: u16,
}

impl Version {
    /// Reads `3.11.7`, and `3.15.0rc1` as 3.15.0.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.').map(|part| {
            let digits = part
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(part.len());
            part.get(..digits)?.parse().ok()
        });
        Some(Self {
            major: parts.next()??,
            minor: parts.next()??,
            patch: parts.next()??,
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if *self == OLDEST {
            Ok(())
        } else {
            write!(f, ".{}", self.patch)
        }
    }
}

/// Interpreters on the PATH, best first.
pub(super) fn candidates(path: Option<&OsStr>) -> Vec<PathBuf> {
    NAMES
        .iter()
        .filter_map(|name| on_path(name, path))
        .collect()
}

/// The first program of that name on the PATH.
pub(super) fn on_path(name: &str, path: Option<&OsStr>) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    env::split_paths(path?)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|file| {
            file.metadata()
                .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
        })
}

/// The first candidate that is new enough, with its version.
pub(super) fn suitable(candidates: &[PathBuf]) -> Result<(PathBuf, Version), PythonError> {
    let mut too_old = Vec::new();
    for candidate in candidates {
        // One that does not answer, such as a version manager's stand-in for a Python that is not installed,
        // is none.
        match version(candidate) {
            Ok(version) if version >= OLDEST => return Ok((candidate.clone(), version)),
            Ok(version) => too_old.push(format!("{} ({version})", candidate.display())),
            Err(error) => tracing::debug!(%error, "not a usable Python"),
        }
    }
    if too_old.is_empty() {
        Err(PythonError::NoPython)
    } else {
        Err(PythonError::TooOld {
            found: too_old.join(", "),
        })
    }
}

fn version(python: &Path) -> Result<Version, PythonError> {
    let program = "import platform; print(platform.python_version())";
    let finished = process::run(isolated(python).args(["-c", program]), ANSWER)?;
    Version::parse(&finished.stdout)
        .filter(|_| finished.success)
        .ok_or_else(|| PythonError::NotPython {
            python: python.to_owned(),
            answer: finished.last_lines().trim().to_owned(),
        })
}

/// A user's own interpreter: a path, or a name that is looked for in PATH; and its version.
pub(super) fn plain(python: &Path) -> Result<(PathBuf, String), PythonError> {
    let named = !python.as_os_str().as_encoded_bytes().contains(&b'/');
    let found = named
        .then(|| on_path(&python.to_string_lossy(), env::var_os("PATH").as_deref()))
        .flatten();
    let python = found.unwrap_or_else(|| python.to_owned());
    let Version {
        major,
        minor,
        patch,
    } = version(&python)?;
    Ok((python, format!("{major}.{minor}.{patch}")))
}

/// Versions of the language and of `MPyC` of a user's own interpreter.
pub(super) fn with_mpyc(python: &Path) -> Result<(String, String), PythonError> {
    let program = "import platform, mpyc; print('e3', platform.python_version(), mpyc.__version__)";
    let finished = process::run(isolated(python).args(["-c", program]), ANSWER)?;
    // Importing it may print advice on standard output as well.
    let answer = finished.stdout.lines().find_map(|line| {
        let (language, mpyc) = line.strip_prefix("e3 ")?.split_once(' ')?;
        Some((language.to_owned(), mpyc.to_owned()))
    });
    answer
        .filter(|_| finished.success)
        .ok_or_else(|| PythonError::NoMpyc {
            python: python.to_owned(),
            output: finished.last_lines(),
        })
}

/// Python as programs are run: unaffected by what the caller's environment says about Python.
fn isolated(python: &Path) -> Command {
    let mut command = Command::new(python);
    command
        .stdin(Stdio::null())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME")
        .env_remove("PYTHONSTARTUP");
    command
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    /// A program that behaves as a Python of that version.
    fn stand_in(folder: &Path, name: &str, script: &str) {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn reads_versions() {
        assert_eq!(
            Version::parse("3.11.7\n"),
            Some(Version {
                major: 3,
                minor: 11,
                patch: 7
            })
        );
        assert_eq!(
            Version::parse("3.15.0rc1"),
            Some(Version {
                major: 3,
                minor: 15,
                patch: 0
            })
        );
        assert_eq!(Version::parse("Python"), None);
        assert!(Version::parse("3.9.18").unwrap() < OLDEST);
        assert_eq!(OLDEST.to_string(), "3.10");
    }

    #[test]
    fn takes_the_first_that_is_new_enough() {
        let folder = tempfile::tempdir().unwrap();
        let found = || suitable(&candidates(Some(folder.path().as_os_str())));
        assert!(matches!(found(), Err(PythonError::NoPython)));
        stand_in(folder.path(), "python3", "echo 3.9.2");
        let failed = found().unwrap_err().to_string();
        assert!(failed.contains("python3 (3.9.2)"), "{failed}");
        stand_in(
            folder.path(),
            "python3.13",
            "echo 'not installed' >&2; exit 127",
        );
        stand_in(folder.path(), "python3.12", "echo 3.12.1");
        stand_in(folder.path(), "python3.11", "echo 3.11.7");
        assert_eq!(found().unwrap().0, folder.path().join("python3.12"));
    }

    #[test]
    fn a_named_interpreter_must_have_mpyc() {
        let folder = tempfile::tempdir().unwrap();
        stand_in(
            folder.path(),
            "good",
            "echo 'Install package numpy.'; echo 'e3 3.12.1 0.10'",
        );
        let versions = with_mpyc(&folder.path().join("good")).unwrap();
        assert_eq!(versions, ("3.12.1".to_owned(), "0.10".to_owned()));
        stand_in(
            folder.path(),
            "bare",
            "echo \"No module named 'mpyc'\" >&2; exit 1",
        );
        let failed = with_mpyc(&folder.path().join("bare"))
            .unwrap_err()
            .to_string();
        assert!(
            failed.contains("No module named") && failed.contains("pip install"),
            "{failed}"
        );
    }
}
