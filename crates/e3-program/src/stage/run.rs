//! One run's folder: what was planned for it, and what was laid out.

use std::{
    collections::HashSet,
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use e3_session::types::{Digest, FileEntry, InputSource, Manifest, RunId};
use rustix::fs::{Mode, OFlags, open};
use sha2::{Digest as _, Sha256};

use super::{StageError, make_folder, remove, store::Store};
use crate::files::{self, MOST_BYTES, MOST_FILES, RelativePath};

/// What a run needs, every path of it safe to use.
#[derive(Debug)]
pub(super) struct Plan {
    run: RunId,
    manifest: Manifest,
    files: Vec<(RelativePath, FileEntry)>,
    input: Input,
}

/// A party's private input, its name safe to use.
#[derive(Debug)]
enum Input {
    None,
    Sent {
        name: RelativePath,
        sha256: Digest,
        size: u64,
    },
    OnHost(PathBuf),
}

impl Plan {
    /// Refuses every manifest that would write outside the run's folder, or one file over another.
    pub(super) fn parse(
        run: RunId,
        manifest: &Manifest,
        input: &InputSource,
    ) -> Result<Self, StageError> {
        let mut files = Vec::with_capacity(manifest.files.len());
        for entry in &manifest.files {
            files.push((RelativePath::parse(&entry.path)?, entry.clone()));
        }
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        refuse_collisions(&files)?;

        let bytes = files
            .iter()
            .fold(0u64, |sum, (_, entry)| sum.saturating_add(entry.size));
        if bytes > MOST_BYTES || files.len() > MOST_FILES {
            return Err(StageError::TooLarge {
                files: files.len(),
                bytes,
            });
        }
        Ok(Self {
            run,
            manifest: manifest.clone(),
            files,
            input: Input::parse(input)?,
        })
    }

    /// Every file that must be here, with its length.
    pub(super) fn needed(&self) -> impl Iterator<Item = (Digest, u64)> + '_ {
        let input = match &self.input {
            Input::Sent { sha256, size, .. } => Some((*sha256, *size)),
            Input::None | Input::OnHost(_) => None,
        };
        self.files
            .iter()
            .map(|(_, entry)| (entry.sha256, entry.size))
            .chain(input)
    }

    /// The digest of an input that was sent to this party alone.
    pub(super) fn private(&self) -> Option<Digest> {
        match &self.input {
            Input::Sent { sha256, .. } => {
                let travels = self.files.iter().any(|(_, entry)| entry.sha256 == *sha256);
                (!travels).then_some(*sha256)
            }
            Input::None | Input::OnHost(_) => None,
        }
    }

    /// Writes everything below `folder`.
    pub(super) fn lay_out(&self, folder: &Path, store: &Store) -> Result<Staged, StageError> {
        let root = folder.join(format!("run-{}", self.run));
        // A run of that number that was not cleaned up must not lend its files to this one.
        remove(&root);
        // From here on, whatever happens, dropping it removes what was written.
        let mut staged = Staged {
            files: root.join("files"),
            root,
            input: None,
            digest: files::digest(&self.manifest),
        };
        make_folder(&staged.files)?;
        for (path, entry) in &self.files {
            let mode = if entry.executable { 0o700 } else { 0o600 };
            let target = path.below(&staged.files);
            if let Some(parent) = target.parent() {
                make_folder(parent)?;
            }
            copy_verified(store, entry.sha256, &entry.path, &target, mode)?;
        }
        staged.input = self.input.lay_out(&staged.root, store)?;
        Ok(staged)
    }
}

/// Refuses two files of one path, and a file that is also another's folder. The files must be sorted.
fn refuse_collisions(files: &[(RelativePath, FileEntry)]) -> Result<(), StageError> {
    let known: HashSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    if known.len() < files.len() {
        let twice = files.windows(2).find_map(|pair| match pair {
            [(a, _), (b, _)] if a == b => Some(a.to_string()),
            _ => None,
        });
        return Err(StageError::Twice(twice.unwrap_or_default()));
    }
    for (path, _) in files {
        let folders = path
            .as_str()
            .match_indices('/')
            .filter_map(|(at, _)| path.as_str().get(..at));
        for folder in folders {
            if known.contains(folder) {
                let (file, below) = (folder.to_owned(), path.to_string());
                return Err(StageError::FileAndFolder { file, below });
            }
        }
    }
    Ok(())
}

impl Input {
    fn parse(source: &InputSource) -> Result<Self, StageError> {
        Ok(match source {
            InputSource::None => Self::None,
            InputSource::OnHost { path } => Self::OnHost(path.into()),
            InputSource::Sent { name, sha256, size } => {
                let path = RelativePath::parse(name)?;
                if name.contains('/') {
                    return Err(StageError::InputName(name.clone()));
                }
                Self::Sent {
                    name: path,
                    sha256: *sha256,
                    size: *size,
                }
            }
        })
    }

    /// Puts an input that was sent into a folder of its own; finds one that is on this host.
    fn lay_out(&self, root: &Path, store: &Store) -> Result<Option<PathBuf>, StageError> {
        match self {
            Self::None => Ok(None),
            Self::OnHost(path) => {
                let unusable = |cause| StageError::Input {
                    path: path.clone(),
                    cause,
                };
                open_regular(path).map_err(unusable)?;
                // The program runs in another folder than the one that a relative path was meant for.
                path.canonicalize().map(Some).map_err(unusable)
            }
            Self::Sent { name, sha256, .. } => {
                let folder = root.join("input");
                make_folder(&folder)?;
                let target = name.below(&folder);
                copy_verified(store, *sha256, name.as_str(), &target, 0o600)?;
                Ok(Some(target))
            }
        }
    }
}

/// Makes sure that a path leads to a file that can be read to its end, without waiting for whoever is at the other end
/// of a FIFO or device.
fn open_regular(path: &Path) -> io::Result<()> {
    let refuse_others = |metadata: Metadata| {
        if metadata.is_file() {
            Ok(())
        } else {
            Err(io::Error::other("it is not a regular file"))
        }
    };
    // Opening a device may already do something to it.
    refuse_others(fs::metadata(path)?)?;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(open(path, flags, Mode::empty())?);
    // It may be another by now.
    refuse_others(file.metadata()?)
}

/// Copies a file out of the store, and makes sure that what was written is what was named.
fn copy_verified(
    store: &Store,
    digest: Digest,
    name: &str,
    target: &Path,
    mode: u32,
) -> Result<(), StageError> {
    let source = store
        .find(digest)
        .ok_or_else(|| StageError::Missing(name.to_owned()))?;
    let (found, size) =
        copy_hashing(&source, target, mode).map_err(|cause| StageError::write(target, cause))?;
    if found == digest {
        Ok(())
    } else {
        Err(StageError::Differs {
            file: digest,
            found,
            size,
        })
    }
}

fn copy_hashing(source: &Path, target: &Path, mode: u32) -> io::Result<(Digest, u64)> {
    let mut content = Vec::new();
    File::open(source)?.read_to_end(&mut content)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(target)?;
    file.write_all(&content)?;
    Ok((
        Digest(Sha256::digest(&content).into()),
        content.len() as u64,
    ))
}

/// A run's files, laid out and verified; removed when dropped.
#[derive(Debug)]
pub struct Staged {
    root: PathBuf,
    files: PathBuf,
    input: Option<PathBuf>,
    digest: Digest,
}

impl Staged {
    /// The working folder of the program.
    pub fn folder(&self) -> &Path {
        &self.files
    }

    /// This party's private input, if it has one.
    pub fn input(&self) -> Option<&Path> {
        self.input.as_deref()
    }

    /// Writes a file of E³'s own beside the program's folder, such as a list of the parties.
    ///
    /// # Errors
    /// [`StageError`] if it cannot be written.
    pub fn write(&self, name: &str, content: &str) -> Result<PathBuf, StageError> {
        let folder = self.root.join("made");
        make_folder(&folder)?;
        let path = folder.join(name);
        fs::write(&path, content).map_err(|cause| StageError::write(&path, cause))?;
        Ok(path)
    }

    /// Puts a file of E³'s own into the working folder, for as long as the run's files are there. A file that travels is
    /// not replaced.
    ///
    /// # Errors
    /// [`StageError`] if the path leads out of the folder, something is there already, or it cannot be written.
    pub fn put(&self, path: &str, content: &[u8], mode: u32) -> Result<PathBuf, StageError> {
        let path = RelativePath::parse(path)?.below(&self.files);
        if let Some(parent) = path.parent() {
            make_folder(parent)?;
        }
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&path)
            .and_then(|mut file| file.write_all(content));
        match written {
            Ok(()) => Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(StageError::Taken(path))
            }
            Err(cause) => Err(StageError::write(&path, cause)),
        }
    }

    /// The hash of the program's files as they are on this host; see [`files::digest()`].
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Removes the private input at once, before the rest. An input that was on this host stays.
    pub fn remove_input(&mut self) {
        remove(&self.root.join("input"));
        self.input = None;
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        remove(&self.root);
    }
}
