//! Who this party is: the identity in a folder of its host.

use std::{
    fs,
    path::{Path, PathBuf},
};

use e3_identity::{
    Identity, KeyError,
    folder::{self, FolderError},
};
use thiserror::Error;

/// Why a party has no identity.
#[derive(Debug, Error)]
pub(crate) enum IdentityError {
    /// The folder cannot be used.
    #[error("this host's identity cannot be used: {0}")]
    Folder(#[from] FolderError),
    /// The environment names a folder that has none.
    #[error(
        "there is no identity in {}, which the environment names: `e3 id new --out {}` makes one there",
        folder.display(), folder.display()
    )]
    Missing {
        /// The folder.
        folder: PathBuf,
    },
    /// There are no keys.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// The identity in a folder that the environment names.
pub(crate) fn load(folder: &Path) -> Result<Identity, IdentityError> {
    folder::load(folder)?.ok_or_else(|| IdentityError::Missing {
        folder: folder.to_owned(),
    })
}

/// The identity in the agent's own folder, made at first use: an agent that is started again on its host is who it was.
pub(crate) fn load_or_make(folder: &Path) -> Result<Identity, IdentityError> {
    if let Some(identity) = folder::load(folder)? {
        return Ok(identity);
    }
    let identity = Identity::generate()?;
    folder::create(folder, &identity)?;
    Ok(identity)
}

/// Removes the identity in the agent's own folder, which ends with the session.
pub(crate) fn remove(folder: &Path) {
    // It may never have been made.
    let _ = fs::remove_dir_all(folder);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_made_once() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("identity");
        let made = load_or_make(&folder).unwrap();
        assert_eq!(made.did(), load_or_make(&folder).unwrap().did());
        remove(&folder);
        assert!(!folder.exists());
        assert_ne!(made.did(), load_or_make(&folder).unwrap().did());
    }

    #[test]
    fn a_named_folder_without_an_identity_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        let error = load(home.path()).unwrap_err().to_string();
        assert!(error.contains("e3 id new"), "{error}");
    }
}
