//! The files that nebula reads.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use crate::NebulaError;

/// Where they are.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    folder: PathBuf,
}

impl Files {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn bundle(&self) -> PathBuf {
        self.folder.join("authorities.crt")
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join("host.crt")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.folder.join("host.key")
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.join("config.yml")
    }

    /// Removes what keys there are.
    pub(crate) fn remove(&self) {
        for path in [self.key(), self.certificate(), self.bundle(), self.config()] {
            let _ = fs::remove_file(path);
        }
    }
}

/// Writes a file that nobody else may read, as a whole or not at all.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), NebulaError> {
    let unfinished = path.with_extension("new");
    let written = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&unfinished)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&unfinished, path)
    };
    written().map_err(|source| NebulaError::File {
        path: path.to_owned(),
        source,
    })
}
