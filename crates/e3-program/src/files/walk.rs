//! Finds files in a folder that may travel.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::{FilesError, RelativePath, key};

/// Folders that Python makes and that are of no use elsewhere.
const GENERATED: &str = "__pycache__";

/// Why a private key does not travel.
pub(super) const KEY: &str = "it holds a private key";

/// What a walk found: files that travel, and those that do not although one could expect it.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) files: Vec<RelativePath>,
    pub(super) skipped: Vec<Skipped>,
}

/// A file that does not travel although one could expect it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The file, relative to the program's folder.
    pub path: PathBuf,
    /// Why it does not travel.
    pub reason: &'static str,
}

/// What is to be found where.
pub(super) struct Walk<'a> {
    /// The program's folder, canonical.
    pub(super) root: &'a Path,
    /// Files that must not travel, canonical.
    pub(super) private: &'a [PathBuf],
}

impl Walk<'_> {
    /// Walks over a folder inside the program's folder, without hidden and ignored files.
    pub(super) fn folder(&self, folder: &Path, found: &mut Found) -> Result<(), FilesError> {
        let walk = WalkBuilder::new(folder)
            // A .gitignore counts outside a repository as well.
            .require_git(false)
            .filter_entry(|entry| entry.file_name() != GENERATED)
            .build();
        for entry in walk {
            let entry = entry?;
            if !entry.file_type().is_some_and(|kind| kind.is_dir()) {
                self.file(entry.path(), found);
            }
        }
        Ok(())
    }

    /// Sorts one file into those that travel and those that do not.
    fn file(&self, path: &Path, found: &mut Found) {
        let relative = path.strip_prefix(self.root).unwrap_or(path);
        match self.refusal(path) {
            Some(reason) => found.skipped.push(Skipped {
                path: relative.to_owned(),
                reason,
            }),
            None => match RelativePath::from_path(relative) {
                Ok(path) => found.files.push(path),
                Err(bad) => {
                    found.skipped.push(Skipped {
                        path: relative.to_owned(),
                        reason: bad.reason,
                    });
                }
            },
        }
    }

    /// Why a file does not travel, if it does not.
    pub(super) fn refusal(&self, path: &Path) -> Option<&'static str> {
        let Ok(target) = path.canonicalize() else {
            return Some("it is a link to nowhere, or cannot be read");
        };
        if !target.starts_with(self.root) {
            return Some("it is a link that leaves the program's folder");
        }
        if self.private.contains(&target) {
            return Some("it is a party's private input");
        }
        if target.is_dir() {
            return Some("it is a link to a folder");
        }
        if !target.is_file() {
            return Some("it is no regular file");
        }
        // One that cannot be read is told where all are read.
        if key::is_in(&target).unwrap_or(false) {
            return Some(KEY);
        }
        None
    }
}
