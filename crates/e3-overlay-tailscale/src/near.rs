//! A short path to a folder, however long its own is.
//!
//! The path of a socket has 107 bytes at most (unix(7)), which a folder deep in a home exceeds. A process's open
//! descriptors have short ones (`proc_pid_fd(5)`), which all of its user's processes may follow; and nothing is left of one
//! when the process ends.

use std::{
    io,
    os::fd::{AsRawFd as _, OwnedFd},
    path::{Path, PathBuf},
    process,
    sync::Arc,
};

use rustix::fs::{Mode, OFlags, open};

/// A folder, near as long as this or a copy of it is there.
#[derive(Debug, Clone)]
pub(crate) struct Near(Arc<OwnedFd>);

impl Near {
    /// The folder of that path.
    pub(crate) fn of(folder: &Path) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(Arc::new(open(folder, flags, Mode::empty())?)))
    }

    /// A short path to what is in it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        let (process, descriptor) = (process::id(), self.0.as_raw_fd());
        format!("/proc/{process}/fd/{descriptor}/{name}").into()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::net::{UnixListener, UnixStream},
    };

    use super::*;

    #[test]
    fn a_socket_lives_in_a_folder_however_deep() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("long-".repeat(30)).join("name".repeat(30));
        fs::create_dir_all(&folder).unwrap();
        assert!(UnixListener::bind(folder.join("s")).is_err(), "too long");
        let near = Near::of(&folder).unwrap();
        let _listener = UnixListener::bind(near.join("s")).unwrap();
        UnixStream::connect(near.join("s")).unwrap();
        assert!(folder.join("s").exists());
    }
}
