//! The folders, by environment.

use std::{
    env, fmt, fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use e3_sys::private;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

/// The two roots under which E³ keeps what belongs to environments.
#[derive(Debug, Clone)]
pub struct StateRoot {
    state: PathBuf,
    data: PathBuf,
}

/// The name of an environment's folder: its name, and a hash of where it is declared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvironmentId(String);

/// The folders of one environment.
#[derive(Debug, Clone)]
pub struct StateFolder {
    state: PathBuf,
    hosts: PathBuf,
}

/// A state folder could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Neither the XDG variables nor HOME is set.
    #[error(
        "neither XDG_STATE_HOME nor HOME is set, so there is no place for the state of environments; set HOME"
    )]
    NoHome,
    /// What is told to other processes and written down are texts.
    #[error(
        "the state of environments cannot be kept in {path:?}, whose name is no text (UTF-8); \
         set HOME, or XDG_STATE_HOME and XDG_DATA_HOME, to a folder whose name is one"
    )]
    NoText {
        /// The folder.
        path: PathBuf,
    },
    /// The system refused something.
    #[error("cannot {action} {path}: {source}", path = path.display())]
    Io {
        /// What was tried, such as `create`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of ours does not have the form that this version writes.
    #[error("{path} is damaged or from another version of e3 ({source}); `e3 down` removes it", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// The file in the state folder in which holder and agents log.
pub(crate) const LOG: &str = "holder.log";

impl StateError {
    /// For `map_err`: remembers what was tried on what.
    pub(crate) fn io<'a>(
        action: &'static str,
        path: &'a Path,
    ) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }
}

impl StateRoot {
    /// From `XDG_STATE_HOME` and `XDG_DATA_HOME`, else from `HOME` (XDG Base Directory Specification).
    pub fn from_env() -> Result<Self, StateError> {
        let folder = |variable: &str, below_home: &str| {
            let named = env::var_os(variable)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute());
            let home = || {
                env::var_os("HOME")
                    .map(PathBuf::from)
                    .filter(|path| path.is_absolute())
            };
            let path = named
                .or_else(|| Some(home()?.join(below_home)))
                .map(|path| path.join("e3"))
                .ok_or(StateError::NoHome)?;
            match path.to_str() {
                Some(_) => Ok(path),
                None => Err(StateError::NoText { path }),
            }
        };
        Ok(Self {
            state: folder("XDG_STATE_HOME", ".local/state")?,
            data: folder("XDG_DATA_HOME", ".local/share")?,
        })
    }

    /// The folders of one environment; nothing is created.
    pub fn folder(&self, id: &EnvironmentId) -> StateFolder {
        StateFolder {
            state: self.state.join("environments").join(&id.0),
            hosts: self.data.join("hosts").join(&id.0),
        }
    }

    /// Where what outlives environments is kept: identities, authorities.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Every environment of which something is there.
    pub fn all(&self) -> Result<Vec<EnvironmentId>, StateError> {
        let parent = self.state.join("environments");
        let entries = match fs::read_dir(&parent) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(StateError::io("read", &parent)(error)),
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut ids: Vec<_> = names.map(EnvironmentId).collect();
        ids.sort();
        Ok(ids)
    }
}

impl EnvironmentId {
    /// The id of an environment declared in a file; `file` should be absolute.
    pub fn declared(name: &str, file: &Path) -> Self {
        Self(format!("{name}-{}", short_hash(file)))
    }

    /// The id of a network that was put together on the command line.
    pub fn of_sites(name: &str) -> Self {
        Self(format!("{name}-sites"))
    }

    /// Whether it is declared in this file, whatever name that gave it then.
    pub fn is_declared_in(&self, file: &Path) -> bool {
        self.0.rsplit_once('-').map(|(_, hash)| hash) == Some(&short_hash(file))
    }

    /// The environment's own name.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('-').map_or(&self.0, |(name, _)| name)
    }

    /// The id of an environment that was never written down: good for one command.
    pub fn passing(name: &str) -> Self {
        Self(format!("{name}-once-{}", std::process::id()))
    }
}

impl fmt::Display for EnvironmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StateFolder {
    /// The state folder at a path that the holder was given, with its hosts' folder.
    pub fn at(state: PathBuf, hosts: PathBuf) -> Self {
        Self { state, hosts }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.state
    }

    /// Where the hosts' agents keep their files.
    pub fn hosts(&self) -> &Path {
        &self.hosts
    }

    /// The file in which it is remembered who the parties are whose identities outlive the environment. `down` leaves
    /// it.
    pub fn pins(&self) -> PathBuf {
        self.beside("pins")
    }

    /// The file in which it is remembered which virtual address each party has. `down` leaves it.
    pub fn addresses(&self) -> PathBuf {
        self.beside("addresses")
    }

    /// The file in which it is remembered who was put out of the environment. `down` leaves it.
    pub fn removed(&self) -> PathBuf {
        self.beside("removed")
    }

    /// This environment's file in a folder beside the environments'.
    fn beside(&self, folder: &str) -> PathBuf {
        let id = self.state.file_name().unwrap_or_default();
        let root = self.state.parent().and_then(Path::parent);
        let mut name = id.to_owned();
        name.push(".json");
        root.unwrap_or(&self.state).join(folder).join(name)
    }

    /// Creates the state folder, for its owner only.
    pub fn create(&self) -> Result<(), StateError> {
        make_private(&self.state)
    }

    /// A file in the state folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.state.join(name)
    }

    /// Writes a document as a whole or not at all.
    pub fn write<T: Serialize>(&self, name: &str, document: &T) -> Result<(), StateError> {
        write_document(&self.file(name), document)
    }

    /// Reads a document; `None` if there is none.
    pub fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StateError> {
        let path = self.file(name);
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text)
                .map(Some)
                .map_err(|source| StateError::Damaged { path, source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StateError::io("read", &path)(error)),
        }
    }
}

/// Writes a document as a whole or not at all, for its owner only.
pub(crate) fn write_document<T: Serialize>(path: &Path, document: &T) -> Result<(), StateError> {
    let text = serde_json::to_vec_pretty(document).map_err(|source| StateError::Damaged {
        path: path.to_owned(),
        source,
    })?;
    private::write(path, &text).map_err(StateError::io("write", path))
}

/// Eight hexadecimal digits that stand for a path.
fn short_hash(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    let short = digest
        .first_chunk()
        .map_or(0, |chunk| u32::from_be_bytes(*chunk));
    format!("{short:08x}")
}

/// How often a folder is tried that is there and not there: a link above it that leads nowhere is so for ever.
const TRIES: u32 = 100;

/// Creates a folder and its parents, readable by their owner only.
pub(crate) fn make_private(path: &Path) -> Result<(), StateError> {
    let create = || {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
    };
    // One that was there may be removed before that is looked at, by an environment that ends.
    let vanished = |made: &io::Result<()>| {
        let error = made.as_ref().err().map(io::Error::kind);
        error == Some(io::ErrorKind::AlreadyExists) && fs::symlink_metadata(path).is_err()
    };
    let mut made = create();
    for _ in 0..TRIES {
        if !vanished(&made) {
            break;
        }
        made = create();
    }
    made.map_err(StateError::io("create", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_others_remove_is_made_all_the_same() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a/b");
        std::thread::scope(|scope| {
            let remover = scope.spawn(|| {
                for _ in 0..100_000 {
                    let _ = fs::remove_dir(&path);
                }
            });
            while !remover.is_finished() {
                make_private(&path).unwrap();
            }
        });
    }

    #[test]
    fn a_link_that_leads_nowhere_is_an_error_and_no_loop() {
        let root = tempfile::tempdir().unwrap();
        let link = root.path().join("link");
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        make_private(&link.join("below")).unwrap_err();
        make_private(&link).unwrap_err();
    }
}
