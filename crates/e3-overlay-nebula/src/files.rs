//! The files that nebula reads.

use std::{
    fs,
    path::{Path, PathBuf},
};

use e3_sys::private;

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
    private::write(path, text.as_bytes()).map_err(|source| NebulaError::File {
        path: path.to_owned(),
        source,
    })
}
