//! Why a comparison's folder cannot be used.

use std::io;
use std::path::{Path, PathBuf};

/// Why a comparison's folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The system does not let us.
    #[error("cannot {doing} {}: {cause}", path.display())]
    Unwritten {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        cause: io::Error,
    },
    /// There is a comparison already.
    #[error("{} is there already: it belongs to another comparison", path.display())]
    Taken {
        /// Its plan.
        path: PathBuf,
    },
    /// Another command writes it.
    #[error("another command measures into {}", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// What stands there is not what this version writes.
    #[error("{}:{line}: this was not written by this version of E³: {cause}", path.display())]
    Strange {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        cause: String,
    },
}

impl KeepError {
    /// What the system says of a path, as an error.
    pub(super) fn at(path: &Path, doing: &'static str) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |cause| Self::Unwritten {
            path: path.clone(),
            doing,
            cause,
        }
    }
}
