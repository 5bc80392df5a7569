//! The files of a program.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Digest;

/// The files of a program, sorted by path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Every file, sorted by path, without duplicates.
    pub files: Vec<FileEntry>,
}

/// One file that travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path relative to the program's folder, with `/` between its parts.
    pub path: String,
    /// SHA-256 of its content.
    pub sha256: Digest,
    /// Length in bytes.
    pub size: u64,
    /// Whether the owner may execute it.
    pub executable: bool,
}

/// Why files make no manifest.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ManifestError {
    /// A path that could leave the program's folder, or cannot stand on every system.
    #[error(
        "the program's file {path:?} has no plain relative path: expected names joined by `/`, without `.` and `..`"
    )]
    Path {
        /// The path.
        path: String,
    },
    /// Files out of order, or the same one twice.
    #[error(
        "the program's file {second:?} stands after {first:?}: expected them sorted by path, each once"
    )]
    Order {
        /// The one before.
        first: String,
        /// The one after.
        second: String,
    },
}

impl Manifest {
    /// A manifest of these files, which this sorts.
    pub fn build(mut files: Vec<FileEntry>) -> Result<Self, ManifestError> {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let manifest = Self { files };
        manifest.check()?;
        Ok(manifest)
    }

    /// Whether this could come from [`Manifest::build`]; one that was received need not.
    pub fn check(&self) -> Result<(), ManifestError> {
        for file in &self.files {
            if !file.path.split('/').all(is_file_name) {
                return Err(ManifestError::Path {
                    path: file.path.clone(),
                });
            }
        }
        for (first, second) in self.files.iter().zip(self.files.iter().skip(1)) {
            if first.path >= second.path {
                return Err(ManifestError::Order {
                    first: first.path.clone(),
                    second: second.path.clone(),
                });
            }
        }
        Ok(())
    }

    /// Whether a file of that path travels.
    pub fn contains(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }
}

/// Whether a name denotes one file in a folder, and cannot lead out of it.
pub fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && name != "."
        && name != ".."
        && !name.contains(|c: char| c == '/' || c == '\\' || c.is_control())
}
