//! The files of an identity's folder, one by one.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{FolderError, SUCCESSIONS, at};
use crate::{Did, Identity, KeyId, Succession};

/// Bytes that a file may have.
pub(super) const MAX_FILE: u64 = 256 * 1024;

/// Writes a file that only its owner can read, and that is not there yet.
pub(super) fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
    let path = folder.join(name);
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    let written = file.and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(at(&path))
}

/// A file's text; nothing if there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, FolderError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path)(error)),
    };
    let length = file.metadata().map_err(at(path))?.len();
    if length > MAX_FILE {
        return Err(FolderError::TooLong {
            path: path.to_owned(),
        });
    }
    // Of the right size from the start: a string that grows would leave copies behind.
    let capacity = usize::try_from(length).unwrap_or(0).saturating_add(1);
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    file.take(MAX_FILE)
        .read_to_string(&mut text)
        .map_err(at(path))?;
    Ok(Some(text))
}

pub(super) fn read_did(path: &Path, line: &str) -> Result<(Did, KeyId), FolderError> {
    let (did, name) = line.split_once('#').unwrap_or((line, ""));
    let did = did.parse().map_err(|source| FolderError::Did {
        path: path.to_owned(),
        source,
    })?;
    let name = KeyId::try_from(name.to_owned()).map_err(|_| FolderError::KeyId {
        path: path.to_owned(),
    })?;
    Ok((did, name))
}

pub(super) fn line_of(identity: &Identity) -> String {
    match identity.key() {
        key if key.is_empty() => format!("{}\n", identity.did()),
        key => format!("{}#{key}\n", identity.did()),
    }
}

pub(super) fn read_successions(folder: &Path) -> Result<Vec<Succession>, FolderError> {
    let path = folder.join(SUCCESSIONS);
    let Some(text) = read(&path)? else {
        return Ok(Vec::new());
    };
    serde_json::from_str(&text).map_err(|error| FolderError::Successions {
        path,
        reason: error.to_string(),
    })
}

pub(super) fn successions_of(identity: &Identity) -> Result<Vec<u8>, FolderError> {
    serde_json::to_vec_pretty(identity.successions()).map_err(|error| FolderError::Successions {
        path: PathBuf::from(SUCCESSIONS),
        reason: error.to_string(),
    })
}
