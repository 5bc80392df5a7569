//! An identity's folder: `key.pem` (0600), `did`, and `successions.json`, mostly an empty list.
//!
//! `did` is one line: the DID, and behind `#` the name of its key where the DID may have several.

use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::Path,
};

use crate::{Identity, IdentityKey};

mod error;
mod files;

pub use error::FolderError;
use files::{line_of, read, read_did, read_successions, successions_of, write};

const KEY: &str = "key.pem";
const DID: &str = "did";
const SUCCESSIONS: &str = "successions.json";

/// All that a folder may hold; the key last, as it is what says that there is an identity.
const FILES: [&str; 3] = [DID, SUCCESSIONS, KEY];

/// A successor that is written in full, and takes the identity's place file by file.
const NEXT: &str = "next";

/// The same, not yet written in full.
const PARTIAL: &str = "next.partial";

/// The identity in this folder, if there is one.
pub fn load(folder: &Path) -> Result<Option<Identity>, FolderError> {
    if folder.join(NEXT).is_dir() {
        let _lock = lock(folder)?;
        finish(folder)?;
    }
    read_all(folder)
}

fn read_all(folder: &Path) -> Result<Option<Identity>, FolderError> {
    let path = folder.join(KEY);
    let Some(pem) = read(&path)? else {
        return Ok(None);
    };
    let mode = fs::metadata(&path).map_err(at(&path))?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(FolderError::Open { path, mode });
    }
    let key = |source| FolderError::Key {
        path: path.clone(),
        source,
    };
    let secret = IdentityKey::from_pem(&pem).map_err(key)?;
    let did = folder.join(DID);
    // A key could speak for several DIDs: which it is, is never guessed.
    let Some(line) = read(&did)? else {
        return Err(FolderError::NoDid { path: did });
    };
    let (did, name) = read_did(&did, line.trim())?;
    let identity = Identity::new(did, name, secret).map_err(key)?;
    Ok(Some(identity.with_successions(read_successions(folder)?)))
}

/// Keeps a new identity in this folder, which is made if need be, and must hold none.
pub fn create(folder: &Path, identity: &Identity) -> Result<(), FolderError> {
    make(folder)?;
    let _lock = lock(folder)?;
    finish(folder)?;
    if folder.join(KEY).exists() {
        return Err(FolderError::Exists {
            path: folder.to_owned(),
        });
    }
    put(folder, identity)
}

/// Keeps an identity in place of the one that the folder holds. Whenever it is broken off, one of both is whole.
pub fn replace(folder: &Path, identity: &Identity) -> Result<(), FolderError> {
    make(folder)?;
    let _lock = lock(folder)?;
    finish(folder)?;
    put(folder, identity)
}

fn put(folder: &Path, identity: &Identity) -> Result<(), FolderError> {
    let partial = folder.join(PARTIAL);
    if partial.exists() {
        fs::remove_dir_all(&partial).map_err(at(&partial))?;
    }
    make(&partial)?;
    write(&partial, SUCCESSIONS, &successions_of(identity)?)?;
    write(&partial, DID, line_of(identity).as_bytes())?;
    write(&partial, KEY, identity.secret().to_pem().as_bytes())?;
    let next = folder.join(NEXT);
    fs::rename(&partial, &next).map_err(at(&next))?;
    sync(folder)?;
    finish(folder)
}

/// Keeps other processes from changing the folder until it is dropped.
fn lock(folder: &Path) -> Result<File, FolderError> {
    let handle = File::open(folder).map_err(at(folder))?;
    match handle.try_lock() {
        Ok(()) => Ok(handle),
        Err(TryLockError::WouldBlock) => Err(FolderError::Busy {
            path: folder.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(at(folder)(error)),
    }
}

/// Moves what a successor still has to its place.
fn finish(folder: &Path) -> Result<(), FolderError> {
    let next = folder.join(NEXT);
    if !next.is_dir() {
        return Ok(());
    }
    for name in FILES {
        let (from, to) = (next.join(name), folder.join(name));
        match fs::rename(&from, &to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&to)(error)),
            _ => {}
        }
    }
    sync(folder)?;
    fs::remove_dir(&next).map_err(at(&next))
}

/// A folder that only its owner can enter.
fn make(folder: &Path) -> Result<(), FolderError> {
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(at(folder))
}

fn sync(folder: &Path) -> Result<(), FolderError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(at(folder))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError + '_ {
    |source| FolderError::Io {
        path: path.to_owned(),
        source,
    }
}
