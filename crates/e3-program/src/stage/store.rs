//! Files that have arrived, by the digest of their content.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use e3_session::{message::SendBlob, types::Digest};
use sha2::{Digest as _, Sha256};

use super::StageError;

/// Files by digest, and those that are arriving.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
    held: HashSet<Digest>,
    arriving: HashMap<Digest, Arriving>,
}

/// A file of which some pieces are here.
#[derive(Debug)]
struct Arriving {
    size: u64,
    received: u64,
    hasher: Sha256,
    file: Option<File>,
}

impl Store {
    pub(super) fn at(folder: PathBuf) -> Self {
        Self {
            folder,
            held: HashSet::new(),
            arriving: HashMap::new(),
        }
    }

    /// Waits for those of the files that are not here, and for no others; tells which.
    pub(super) fn expect(&mut self, files: impl Iterator<Item = (Digest, u64)>) -> Vec<Digest> {
        for (abandoned, _) in self.arriving.drain() {
            let _ = fs::remove_file(partial(&self.folder, abandoned));
        }
        let mut missing = Vec::new();
        for (digest, size) in files {
            if !self.held.contains(&digest) && !self.arriving.contains_key(&digest) {
                let arriving = Arriving {
                    size,
                    received: 0,
                    hasher: Sha256::new(),
                    file: None,
                };
                self.arriving.insert(digest, arriving);
                missing.push(digest);
            }
        }
        missing
    }

    /// Appends a piece; the last one verifies the file and keeps it.
    pub(super) fn receive(&mut self, piece: &SendBlob) -> Result<(), StageError> {
        let digest = piece.sha256;
        let path = partial(&self.folder, digest);
        let arriving = self
            .arriving
            .get_mut(&digest)
            .ok_or(StageError::Unexpected(digest))?;
        if piece.offset != arriving.received {
            return Err(StageError::Gap {
                file: digest,
                expected: arriving.received,
                found: piece.offset,
            });
        }
        arriving.append(&path, &piece.data)?;
        // Longer than it should be can be told before the end.
        if piece.last || arriving.received > arriving.size {
            self.complete(digest, &path)?;
        }
        Ok(())
    }

    fn complete(&mut self, digest: Digest, partial: &Path) -> Result<(), StageError> {
        let Some(arrived) = self.arriving.remove(&digest) else {
            return Err(StageError::Unexpected(digest));
        };
        let found = Digest(arrived.hasher.finalize().into());
        if found != digest || arrived.received != arrived.size {
            let _ = fs::remove_file(partial);
            return Err(StageError::Differs {
                file: digest,
                found,
                size: arrived.received,
            });
        }
        let path = self.path(digest);
        fs::rename(partial, &path).map_err(|cause| StageError::write(&path, cause))?;
        self.held.insert(digest);
        Ok(())
    }

    /// Where a file is, if it is here.
    pub(super) fn find(&self, digest: Digest) -> Option<PathBuf> {
        self.held.contains(&digest).then(|| self.path(digest))
    }

    /// Removes a file, arrived or arriving.
    pub(super) fn forget(&mut self, digest: Digest) {
        self.held.remove(&digest);
        self.arriving.remove(&digest);
        for path in [self.path(digest), partial(&self.folder, digest)] {
            let _ = fs::remove_file(path);
        }
    }

    fn path(&self, digest: Digest) -> PathBuf {
        self.folder.join(digest.to_string())
    }
}

impl Arriving {
    fn append(&mut self, path: &Path, data: &[u8]) -> Result<(), StageError> {
        let failed = |cause| StageError::write(path, cause);
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let opened = OpenOptions::new()
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .mode(0o600)
                    .open(path);
                none.insert(opened.map_err(failed)?)
            }
        };
        file.write_all(data).map_err(failed)?;
        self.hasher.update(data);
        self.received += data.len() as u64;
        Ok(())
    }
}

fn partial(folder: &Path, digest: Digest) -> PathBuf {
    folder.join(format!("{digest}.part"))
}
