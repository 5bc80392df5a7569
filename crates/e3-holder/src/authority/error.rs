//! Why an authority could not do what it was asked.

use std::{io, path::PathBuf};

use e3_identity::{
    Did, KeyError, Serial,
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
        "authority {name} has revoked {barred}{}: `e3 ca issue {name} {did} --as {party} --again` certifies it once more",
        if did.is(barred) { String::new() } else { format!(", which {did} has followed") }
    )]
    Barred {
        /// The authority.
        name: String,
        /// The name that was asked for.
        party: String,
        /// Who asked.
        did: Did,
        /// The DID that was revoked: the same, or an earlier one.
        barred: Did,
    },
    /// The name is somebody else's.
    #[error(
        "{party:?} IS NOT WHO IT WAS: authority {name} has certified {holder} under that name, and now {did} asks for it. \
         Somebody may be in its place. If its identity was made anew, ask its owner for the DID, and give the name to it by \
         `e3 ca issue {name} {did} --as {party}`, or by `e3 up --accept {party}`"
    )]
    Held {
        /// The authority.
        name: String,
        /// The name that was asked for.
        party: String,
        /// Whose it is.
        holder: Did,
        /// Who asked.
        did: Did,
    },
    /// It has no such credential to take back.
    #[error(
        "authority {name} has no credential {serial} that is good: `e3 ca show {name}` lists what it has issued"
    )]
    Nothing {
        /// The authority.
        name: String,
        /// The number.
        serial: Serial,
    },
    /// It has taken that back before.
    #[error("authority {name} has revoked {serial} already")]
    Already {
        /// The authority.
        name: String,
        /// The number.
        serial: Serial,
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
