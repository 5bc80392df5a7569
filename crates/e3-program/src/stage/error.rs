//! Why a program's files cannot be laid out.

use std::{
    io,
    path::{Path, PathBuf},
};

use e3_session::types::Digest;

use crate::files::BadPath;

/// Why a program's files cannot be laid out on this host.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// A path of the manifest, or the input's name, would lead elsewhere.
    #[error(transparent)]
    Path(#[from] BadPath),
    /// Two files of the manifest have one path.
    #[error("the manifest names `{0}` twice")]
    Twice(String),
    /// One file of the manifest is the folder of another.
    #[error("the manifest names `{file}` as a file and as a folder of `{below}`")]
    FileAndFolder {
        /// The file.
        file: String,
        /// The file below it.
        below: String,
    },
    /// The input's name has a folder in it.
    #[error("the private input's name `{0}` has a folder in it: send only the file's own name")]
    InputName(String),
    /// The files are more than any program may have.
    #[error("{files} files of {bytes} bytes together are more than a program may have")]
    TooLarge {
        /// Their number.
        files: usize,
        /// Their length together.
        bytes: u64,
    },
    /// A piece arrived that nobody waits for.
    #[error("a piece of file {0} arrived, which was not asked for")]
    Unexpected(Digest),
    /// A piece is missing or was sent twice.
    #[error("a piece of file {file} begins at byte {found}, but {expected} bytes of it are here")]
    Gap {
        /// The file.
        file: Digest,
        /// Bytes that are here.
        expected: u64,
        /// Where the piece begins.
        found: u64,
    },
    /// A file's length or content is not what was named.
    #[error("a file arrived that is not {file}: it has {size} bytes and the digest {found}")]
    Differs {
        /// What was named.
        file: Digest,
        /// The digest found.
        found: Digest,
        /// The length found.
        size: u64,
    },
    /// A run is to be laid out that was not begun.
    #[error("no program has been staged: name its files first")]
    NothingBegun,
    /// A file of the program's stands where one of E³'s has to be.
    #[error("the program comes with a file of its own at {}, where the overlay puts one: rename it", .0.display())]
    Taken(PathBuf),
    /// A run is to be laid out before its files are here.
    #[error("`{0}` has not arrived yet")]
    Missing(String),
    /// An input that was said to be on this host is not.
    #[error(
        "the private input {} cannot be read on this host: {cause}. \
         Correct `on_host` in e3.toml, or put the file there",
        path.display()
    )]
    Input {
        /// The path as named.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A folder could not be made.
    #[error("cannot make the folder {}: {cause}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}: {cause}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

impl StageError {
    pub(super) fn folder(path: &Path, cause: io::Error) -> Self {
        Self::Folder {
            path: path.to_owned(),
            cause,
        }
    }

    pub(super) fn write(path: &Path, cause: io::Error) -> Self {
        Self::Write {
            path: path.to_owned(),
            cause,
        }
    }
}
