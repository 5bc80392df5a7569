//! Why an identity is not read or not kept.

use std::{io, path::PathBuf};

use thiserror::Error;

use super::files::MAX_FILE;
use crate::{DidError, KeyError};

/// Why an identity is not read or not kept.
#[derive(Debug, Error)]
pub enum FolderError {
    /// The operating system refuses.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
    /// There is an identity already.
    #[error("{} holds an identity already: expected a folder without one; `e3 id rotate` makes a new key", path.display())]
    Exists {
        /// Which folder.
        path: PathBuf,
    },
    /// Another process is changing it.
    #[error("another process is just changing the identity in {}: try again", path.display())]
    Busy {
        /// Which folder.
        path: PathBuf,
    },
    /// Others can read the key.
    #[error("{} can be read by others (mode {mode:04o}): expected 0600. `chmod 600` it; if somebody may have read it, make a new identity", path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The key is there, and its DID is not.
    #[error("{} is missing: expected one line, the DID that key.pem belongs to. Restore it, or make a new identity in another folder", path.display())]
    NoDid {
        /// Which file.
        path: PathBuf,
    },
    /// A file that is longer than any that is written here.
    #[error("{} has more than {MAX_FILE} bytes", path.display())]
    TooLong {
        /// Which file.
        path: PathBuf,
    },
    /// The line in `did` is no DID, or not that of the key.
    #[error("{}: {source}", path.display())]
    Did {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: DidError,
    },
    /// The name behind `#` is none of a key.
    #[error("{}: expected the name of a key behind `#`", path.display())]
    KeyId {
        /// Which file.
        path: PathBuf,
    },
    /// The key cannot be used.
    #[error("{}: {source}", path.display())]
    Key {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        source: KeyError,
    },
    /// The successions cannot be read.
    #[error("{}: {reason}", path.display())]
    Successions {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}
