//! Why an authority could not do what it was asked.

use std::{io, path::PathBuf};

use e3_identity::{
    Did, KeyError,
    authority::{AuthorityError, CertificateError},
};

use crate::state::StateError;

/// An authority could not be made or used.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityFault {
    /// There is one of that name already.
    #[error(
        "there is an authority {name} already, in {}: choose another name, or use it; whoever trusts it would trust no other", folder.display()
    )]
    Exists {
        /// Its name.
        name: String,
        /// Its folder.
        folder: PathBuf,
    },
    /// There is none of that name.
    #[error("there is no authority {name} on this machine: `e3 ca init {name}` makes it")]
    Missing {
        /// The name.
        name: String,
    },
    /// Its key can be read by others.
    #[error(
        "{} can be read by other users of this machine, who could then issue in its name: `chmod 600` it, \
         and make a new authority if somebody may have read it", path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// A file is not what this version writes.
    #[error("{} is damaged or from another version of e3: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// It has taken back what it said of that DID.
    #[error(
        "authority {name} has revoked {did}: `e3 ca issue {name} {did} --again` certifies it once more"
    )]
    Barred {
        /// The authority.
        name: String,
        /// The DID.
        did: Did,
    },
    /// Nothing is revoked.
    #[error(
        "authority {name} has issued nothing to {who}, or it has ended already: `e3 ca show {name}` lists what is good"
    )]
    Nothing {
        /// The authority.
        name: String,
        /// Who was named.
        who: String,
    },
    /// Its key or certificate cannot be made or used.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A certificate cannot be made.
    #[error("no certificate can be issued: {cause}")]
    Certificate {
        /// Why not.
        cause: CertificateError,
    },
    /// There is no randomness.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The folder cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The folder cannot be locked.
    #[error("cannot lock {}: {cause}", path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}
