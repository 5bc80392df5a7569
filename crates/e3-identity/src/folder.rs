//! An identity's folder: `key.pem` (0600), `did`, and `successions.json`, mostly an empty list.
//!
//! `did` is one line: the DID, and behind `#` the name of its key where the DID may have several.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use thiserror::Error;
use zeroize::Zeroizing;

use crate::{Did, DidError, Identity, IdentityKey, KeyError, KeyId, Succession};

const KEY: &str = "key.pem";
const DID: &str = "did";
const SUCCESSIONS: &str = "successions.json";

/// All that a folder may hold; the key last, as it is what says that there is an identity.
const FILES: [&str; 3] = [DID, SUCCESSIONS, KEY];

/// A successor that is written in full, and takes the identity's place file by file.
const NEXT: &str = "next";

/// The same, not yet written in full.
const PARTIAL: &str = "next.partial";

/// Bytes that a file may have.
const MAX_FILE: u64 = 256 * 1024;

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
    /// Others can read the key.
    #[error("{} can be read by others (mode {mode:04o}): expected 0600. Make a new key with `e3 id rotate` if it may have been read", path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
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

/// The identity in this folder, if there is one.
pub fn load(folder: &Path) -> Result<Option<Identity>, FolderError> {
    finish(folder)?;
    let path = folder.join(KEY);
    let Some(pem) = read(&path)? else {
        return Ok(None);
    };
    let mode = fs::metadata(&path).map_err(io(&path))?.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(FolderError::Open { path, mode });
    }
    let key = |source| FolderError::Key {
        path: path.clone(),
        source,
    };
    let secret = IdentityKey::from_pem(&pem).map_err(key)?;
    let identity = match read(&folder.join(DID))? {
        None => Identity::of_key(secret),
        Some(line) => {
            let (did, name) = read_did(&folder.join(DID), line.trim())?;
            Identity::new(did, name, secret).map_err(key)?
        }
    };
    Ok(Some(identity.with_successions(read_successions(folder)?)))
}

/// Keeps a new identity in this folder, which is made if need be, and must hold none.
pub fn create(folder: &Path, identity: &Identity) -> Result<(), FolderError> {
    if load(folder)?.is_some() {
        return Err(FolderError::Exists {
            path: folder.to_owned(),
        });
    }
    replace(folder, identity)
}

/// Keeps an identity in place of the one that the folder holds. Whenever it is broken off, one of both is whole.
pub fn replace(folder: &Path, identity: &Identity) -> Result<(), FolderError> {
    make(folder)?;
    finish(folder)?;
    let partial = folder.join(PARTIAL);
    if partial.exists() {
        fs::remove_dir_all(&partial).map_err(io(&partial))?;
    }
    make(&partial)?;
    write(&partial, SUCCESSIONS, &successions_of(identity)?)?;
    write(&partial, DID, line_of(identity).as_bytes())?;
    write(&partial, KEY, identity.secret().to_pem().as_bytes())?;
    let next = folder.join(NEXT);
    fs::rename(&partial, &next).map_err(io(&next))?;
    sync(folder)?;
    finish(folder)
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
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(&to)(error)),
            _ => {}
        }
    }
    sync(folder)?;
    fs::remove_dir(&next).map_err(io(&next))
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
        .map_err(io(folder))
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
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
    written.map_err(io(&path))
}

fn sync(folder: &Path) -> Result<(), FolderError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io(folder))
}

/// A file's text; nothing if there is no such file.
fn read(path: &Path) -> Result<Option<Zeroizing<String>>, FolderError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io(path)(error)),
    };
    let length = file.metadata().map_err(io(path))?.len();
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
        .map_err(io(path))?;
    Ok(Some(text))
}

fn read_did(path: &Path, line: &str) -> Result<(Did, KeyId), FolderError> {
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

fn line_of(identity: &Identity) -> String {
    match identity.key() {
        key if key.is_empty() => format!("{}\n", identity.did()),
        key => format!("{}#{key}\n", identity.did()),
    }
}

fn read_successions(folder: &Path) -> Result<Vec<Succession>, FolderError> {
    let path = folder.join(SUCCESSIONS);
    let Some(text) = read(&path)? else {
        return Ok(Vec::new());
    };
    serde_json::from_str(&text).map_err(|error| FolderError::Successions {
        path,
        reason: error.to_string(),
    })
}

fn successions_of(identity: &Identity) -> Result<Vec<u8>, FolderError> {
    serde_json::to_vec_pretty(identity.successions()).map_err(|error| FolderError::Successions {
        path: PathBuf::from(SUCCESSIONS),
        reason: error.to_string(),
    })
}

fn io(path: &Path) -> impl FnOnce(io::Error) -> FolderError + '_ {
    |source| FolderError::Io {
        path: path.to_owned(),
        source,
    }
}
