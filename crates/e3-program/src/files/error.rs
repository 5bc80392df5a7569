//! Why a program's files cannot travel.

use std::{io, path::PathBuf};

use super::{BadPath, MOST_BYTES, MOST_FILES, size};

/// Why a program's files cannot travel; the text says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The program does not exist or cannot be read.
    #[error("cannot read the program {}: {cause}", path.display())]
    Program {
        /// The program as named.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },

    /// The program is a folder or a device.
    #[error(
        "{} is not a file: name the program to start, such as {}",
        path.display(), path.join("main.py").display()
    )]
    NotAFile {
        /// The program as named.
        path: PathBuf,
    },

    /// The folder holds more than a program.
    #[error(
        "{program} lies in {}, which is {what} and does not travel: move it to a folder of its own, \
         or name exactly what travels with `files = [\"{program}\"]`",
        folder.display()
    )]
    TooBroad {
        /// The folder.
        folder: PathBuf,
        /// What kind of folder it is.
        what: &'static str,
        /// File name of the program.
        program: String,
    },

    /// The files are too large together.
    #[error(
        "the files of {} are larger than {} together; the largest: {largest}. \
         Exclude what is not needed with a .gitignore, or name what travels with `files = […]`",
        folder.display(), size(MOST_BYTES)
    )]
    TooLarge {
        /// The folder.
        folder: PathBuf,
        /// The largest files, with their sizes.
        largest: String,
    },

    /// There are too many files.
    #[error(
        "{} holds more than {MOST_FILES} files. \
         Exclude what is not needed with a .gitignore, or name what travels with `files = […]`",
        folder.display()
    )]
    TooMany {
        /// The folder.
        folder: PathBuf,
    },

    /// An entry of `files` does not exist or cannot be read.
    #[error("`files` names {}, which cannot be read: {cause}", path.display())]
    Named {
        /// The file as named.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },

    /// An entry of `files` lies elsewhere.
    #[error(
        "`files` names {}, which lies outside the program's folder {}: \
         only files below that folder can travel",
        path.display(), folder.display()
    )]
    Outside {
        /// The file as named.
        path: PathBuf,
        /// The program's folder.
        folder: PathBuf,
    },

    /// An entry of `files` is a party's private input.
    #[error(
        "`files` names {}, which is a party's private input and must not travel to the others: \
         take it out of `files`",
        path.display()
    )]
    Private {
        /// The file as named.
        path: PathBuf,
    },

    /// An entry of `files` is a private key.
    #[error(
        "`files` names {}, which holds a private key and must not travel: take it out of `files`",
        path.display()
    )]
    Key {
        /// The file as named.
        path: PathBuf,
    },

    /// A file's name cannot be sent.
    #[error(transparent)]
    Path(#[from] BadPath),

    /// A folder could not be read.
    #[error("cannot list the program's folder: {0}")]
    Walk(#[from] ignore::Error),

    /// A file could not be read.
    #[error("cannot read {}: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}
