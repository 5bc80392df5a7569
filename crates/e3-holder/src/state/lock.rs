//! The lock that says that an environment is up.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::PathBuf,
    time::{Duration, Instant},
};

use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};

use super::{Owner, StateError, StateFolder};

/// Holds an environment. The lock belongs to the open file, which the guardian's children inherit: it is free
/// only when the last of them has ended.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// Whether somebody holds an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// It is not up.
    Nobody,
    /// This owner does, unless it has not written itself down yet.
    Somebody(Option<Owner>),
}

/// How long somebody may look at a lock, or take to sign it.
const GLANCE: Duration = Duration::from_millis(100);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(5);

/// Why an environment could not be held.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody holds it.
    #[error("this environment is already up: {}", owner.as_ref().map_or_else(|| "its owner is just starting or ending".to_owned(), ToString::to_string))]
    Held {
        /// Who, unless it has not written itself down yet.
        owner: Option<Owner>,
    },
    /// The state folder could not be used.
    #[error(transparent)]
    State(#[from] StateError),
}

impl Lock {
    /// Takes the lock at once or not at all, creating the folder if needed.
    pub fn take(folder: &StateFolder) -> Result<Self, LockError> {
        let path = folder.file("lock");
        let glance = Instant::now() + GLANCE;
        loop {
            folder.create()?;
            let opened = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(&path);
            let mut file = match opened {
                // The folder was removed between the two calls, by an environment that ended.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                other => other.map_err(StateError::io("open", &path))?,
            };
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(Errno::WOULDBLOCK) => {
                    let owner = read_owner(&mut file);
                    // Somebody may only be looking, or be just about to sign.
                    if owner.as_ref().is_some_and(Owner::is_alive) || Instant::now() > glance {
                        return Err(LockError::Held { owner });
                    }
                    std::thread::sleep(PAUSE);
                    continue;
                }
                Err(error) => return Err(StateError::io("lock", &path)(error.into()).into()),
            }
            // An environment that ends removes its lock file while it holds it: then this is a file without a name.
            let same = fs::metadata(&path)
                .is_ok_and(|named| file.metadata().is_ok_and(|ours| named.ino() == ours.ino()));
            if same {
                return Ok(Self { file, path });
            }
        }
    }

    /// Takes the lock as soon as it is free.
    pub fn wait(folder: &StateFolder, patience: Duration) -> Result<Self, LockError> {
        let end = Instant::now() + patience;
        loop {
            match Self::take(folder) {
                Err(LockError::Held { .. }) if Instant::now() < end => {
                    std::thread::sleep(PAUSE);
                }
                other => return other,
            }
        }
    }

    /// Who holds the environment now.
    pub fn holding(folder: &StateFolder) -> Result<Holding, StateError> {
        let path = folder.file("lock");
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Holding::Nobody),
            Err(error) => return Err(StateError::io("open", &path)(error)),
        };
        // Given up at once; whoever wants to take the lock meanwhile tries again.
        match flock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => Ok(Holding::Nobody),
            Err(Errno::WOULDBLOCK) => Ok(Holding::Somebody(read_owner(&mut file))),
            Err(error) => Err(StateError::io("lock", &path)(error.into())),
        }
    }

    /// Writes the owner into the lock.
    pub fn sign(&mut self, owner: &Owner) -> Result<(), StateError> {
        let text = serde_json::to_vec(owner).map_err(|source| StateError::Damaged {
            path: self.path.clone(),
            source,
        })?;
        let written = self
            .file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .and_then(|()| self.file.write_all(&text));
        written.map_err(StateError::io("write", &self.path))
    }
}

fn read_owner(file: &mut File) -> Option<Owner> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_owner_is_refused_and_told_who_the_first_is() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = StateFolder::at(scratch.path().join("state"), scratch.path().join("hosts"));
        assert_eq!(Lock::holding(&folder).unwrap(), Holding::Nobody);
        let mut first = Lock::take(&folder).unwrap();
        first.sign(&Owner::this_process("up")).unwrap();
        let refused = Lock::take(&folder).unwrap_err().to_string();
        assert!(
            refused.contains(&format!("`e3 up`, process {}", std::process::id())),
            "{refused}"
        );
        assert!(matches!(
            Lock::holding(&folder).unwrap(),
            Holding::Somebody(Some(_))
        ));
        drop(first);
        assert_eq!(Lock::holding(&folder).unwrap(), Holding::Nobody);
        Lock::take(&folder).unwrap();
    }

    #[test]
    fn a_lock_whose_file_was_removed_does_not_count() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = StateFolder::at(scratch.path().join("state"), scratch.path().join("hosts"));
        let gone = Lock::take(&folder).unwrap();
        fs::remove_file(folder.file("lock")).unwrap();
        Lock::take(&folder).unwrap();
        drop(gone);
    }
}
