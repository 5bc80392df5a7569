//! The private Python environments that programs run in: one for `MPyC` programs, and one for each list of
//! packages that a command names.
//!
//! It is made once for a set of pinned versions and an interpreter, in the user's cache, and then used without
//! starting anything or touching a network:
//!
//! ```text
//! $XDG_CACHE_HOME/e3/python/<key>/             a virtual environment, made in place (it cannot be moved)
//! $XDG_CACHE_HOME/e3/python/<key>/e3.json      written last: the environment is complete
//! $XDG_CACHE_HOME/e3/python/<key>.lock         held while it is made, so that two do not make it at once
//! ```
//!
//! The versions are pinned with the digests of their files in `requirements.txt`, so that every host has the
//! same, or none.

mod build;
mod error;
mod find;
mod packages;
mod process;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use e3_session::types::Interpreter;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use self::find::Version;
pub use self::{error::PythonError, packages::Packages};

/// The version of `MPyC` that E³'s own environment has.
pub const MPYC_VERSION: &str = "0.11";

/// The file that says that an environment is complete.
const COMPLETE: &str = "e3.json";

/// A Python that has what a program needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonEnv {
    /// The interpreter to start.
    pub python: PathBuf,
    /// The language's version, such as `Python 3.11.7`.
    pub language: String,
    /// The runtime's version, such as `mpyc 0.11`.
    pub runtime: String,
    /// How agents find it.
    pub interpreter: Interpreter,
}

/// What is told while an environment is made, which takes a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Another process is making it.
    Waiting,
    /// The environment is made with this Python.
    Creating {
        /// The interpreter that it is made with.
        python: PathBuf,
        /// Its version, such as `3.11.7`.
        version: String,
    },
    /// Packages are being downloaded and installed.
    Installing,
}

/// What a complete environment says about itself.
#[derive(Debug, Serialize, Deserialize)]
struct Complete {
    /// Version of the language, such as `3.11.7`.
    python: String,
    /// Version of `MPyC`, in E³'s own environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mpyc: Option<String>,
    /// What parties compare, in others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    runtime: Option<String>,
}

impl PythonEnv {
    /// E³'s own environment below `cache`, made if it is not there yet.
    ///
    /// `cache` is E³'s cache folder (see [`cache_folder`]). Once made, an environment is found in well under
    /// 5 ms: no Python is started and no network touched.
    ///
    /// # Errors
    /// [`PythonError`] if there is no Python to make it with, or if its packages cannot be installed.
    pub fn ensure(cache: &Path, progress: &mut dyn FnMut(Progress)) -> Result<Self, PythonError> {
        Self::ensure_with(cache, &Packages::own(), progress)
    }

    /// The same for an environment with other packages.
    ///
    /// # Errors
    /// As [`PythonEnv::ensure`].
    pub fn ensure_with(
        cache: &Path,
        packages: &Packages,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, PythonError> {
        let folder = cache.join("python");
        let candidates = find::candidates(env::var_os("PATH").as_deref());
        for candidate in &candidates {
            if let Ok(found) = Self::open(&folder.join(key(candidate, packages))) {
                return Ok(found);
            }
        }
        let (base, version) = find::suitable(&candidates)?;
        let key = key(&base, packages);
        build::build(&folder, &key, packages, (&base, version), progress)
    }

    /// A complete environment in this folder, as [`PythonEnv::ensure`] has made it; starts nothing.
    ///
    /// # Errors
    /// [`PythonError::Incomplete`] if it is not there, or is not complete.
    pub fn open(folder: &Path) -> Result<Self, PythonError> {
        let incomplete = |reason: String| PythonError::Incomplete {
            folder: folder.to_owned(),
            reason,
        };
        let text = fs::read_to_string(folder.join(COMPLETE))
            .map_err(|cause| incomplete(cause.to_string()))?;
        let complete: Complete =
            serde_json::from_str(&text).map_err(|cause| incomplete(cause.to_string()))?;
        let runtime = complete
            .mpyc
            .map(|version| format!("mpyc {version}"))
            .or(complete.runtime)
            .ok_or_else(|| incomplete("it does not say what it has".to_owned()))?;
        let python = folder.join("bin/python");
        // A link to the interpreter it was made with, which may have been removed since.
        if !python.exists() {
            return Err(incomplete(
                "the Python that it was made with is gone".to_owned(),
            ));
        }
        Ok(Self {
            python,
            language: format!("Python {}", complete.python),
            runtime,
            interpreter: Interpreter::Own {
                folder: folder.display().to_string(),
            },
        })
    }

    /// A user's own interpreter, which must have `MPyC`.
    ///
    /// # Errors
    /// [`PythonError`] if it cannot be started, does not answer, or has no `MPyC`.
    pub fn named(path: &Path) -> Result<Self, PythonError> {
        let (version, mpyc) = find::with_mpyc(path)?;
        Ok(Self {
            python: path.to_owned(),
            language: format!("Python {version}"),
            runtime: format!("mpyc {mpyc}"),
            interpreter: Interpreter::Named {
                path: path.display().to_string(),
            },
        })
    }

    /// A user's own interpreter for a command, whatever it has.
    ///
    /// # Errors
    /// [`PythonError`] if it cannot be started or does not answer.
    pub fn plain(path: &Path) -> Result<Self, PythonError> {
        let (python, version) = find::plain(path)?;
        Ok(Self {
            language: format!("Python {version}"),
            runtime: "a Python of the host".to_owned(),
            interpreter: Interpreter::Named {
                path: path.display().to_string(),
            },
            python,
        })
    }

    /// What an agent was told to use for an `MPyC` program.
    ///
    /// # Errors
    /// As [`PythonEnv::open`] and [`PythonEnv::named`].
    pub fn of(interpreter: &Interpreter) -> Result<Self, PythonError> {
        match interpreter {
            Interpreter::Own { folder } => Self::open(Path::new(folder)),
            Interpreter::Named { path } => Self::named(Path::new(path)),
        }
    }
}

/// E³'s cache folder: `$XDG_CACHE_HOME/e3`, else `~/.cache/e3` (XDG Base Directory Specification 0.8).
///
/// # Errors
/// [`PythonError::NoCache`] if neither variable is set, or if the path is no text: agents are told it as one.
pub fn cache_folder() -> Result<PathBuf, PythonError> {
    let absolute = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        .map(|cache| cache.join("e3"))
        .filter(|cache| cache.to_str().is_some())
        .ok_or(PythonError::NoCache)
}

/// The name of an environment's folder: of the pinned packages, and of the interpreter behind all links.
fn key(base: &Path, packages: &Packages) -> String {
    let base = base.canonicalize().unwrap_or_else(|_| base.to_owned());
    let mut hasher = Sha256::new();
    hasher.update(&packages.text);
    hasher.update([0]);
    hasher.update(base.as_os_str().as_encoded_bytes());
    let digest: [u8; 32] = hasher.finalize().into();
    hex::encode(digest.first_chunk::<8>().unwrap_or(&[0; 8]))
}

/// The oldest Python that the pinned `MPyC` runs on.
const OLDEST: Version = Version {
    major: 3,
    minor: 10,
    patch: 0,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_complete_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            PythonEnv::open(folder.path()),
            Err(PythonError::Incomplete { .. })
        ));
        fs::write(folder.path().join(COMPLETE), "{").unwrap();
        assert!(matches!(
            PythonEnv::open(folder.path()),
            Err(PythonError::Incomplete { .. })
        ));
        fs::write(
            folder.path().join(COMPLETE),
            r#"{"python":"3.11.7","mpyc":"0.11"}"#,
        )
        .unwrap();
        let failed = PythonEnv::open(folder.path()).unwrap_err();
        assert!(failed.to_string().contains("is gone"), "{failed}");
    }
}
