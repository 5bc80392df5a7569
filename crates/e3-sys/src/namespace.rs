//! Leaving and entering namespaces.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rustix::thread::{LinkNameSpaceType, UnshareFlags};

use crate::files::allow_as_before;
use crate::process::begin_session;
use crate::schedule::renounce_promptness;

/// A kind of namespace that a thread can change for itself while the process has other threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Interfaces, addresses, routes, firewall, sockets.
    Net,
    /// Mounts.
    Mount,
    /// The hostname.
    Uts,
}

impl Kind {
    fn flag(self) -> UnshareFlags {
        match self {
            Self::Net => UnshareFlags::NEWNET,
            Self::Mount => UnshareFlags::NEWNS,
            Self::Uts => UnshareFlags::NEWUTS,
        }
    }

    fn link(self) -> LinkNameSpaceType {
        match self {
            Self::Net => LinkNameSpaceType::Network,
            // `rustix` calls the mount namespace by the kernel's odd name, CLONE_NEWNS.
            Self::Mount => LinkNameSpaceType::Mount,
            Self::Uts => LinkNameSpaceType::HostNameAndNISDomainName,
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Net => "net",
            Self::Mount => "mnt",
            Self::Uts => "uts",
        }
    }
}

/// Gives the calling thread new namespaces of these kinds.
///
/// A new mount namespace also gives the thread a working directory and umask of its own.
pub fn unshare(kinds: &[Kind]) -> io::Result<()> {
    let flags = kinds
        .iter()
        .fold(UnshareFlags::empty(), |flags, kind| flags | kind.flag());
    // SAFETY: unsafe only for CLONE_FILES, which no `Kind` stands for.
    unsafe { rustix::thread::unshare_unsafe(flags) }?;
    Ok(())
}

/// Gives the calling thread a working directory, root and umask of its own, which [`enter`] needs before it may
/// change the mount namespace of a thread.
pub fn unshare_directory() -> io::Result<()> {
    // SAFETY: unsafe only for CLONE_FILES; this is CLONE_FS.
    unsafe { rustix::thread::unshare_unsafe(UnshareFlags::FS) }?;
    Ok(())
}

/// The calling thread's namespace of this kind, held open.
pub fn current(kind: Kind) -> io::Result<OwnedFd> {
    let path = Path::new("/proc/thread-self/ns").join(kind.file());
    Ok(File::open(path)?.into())
}

/// Moves the calling thread into a namespace of this kind.
///
/// Entering a mount namespace also moves the thread to that namespace's root directory.
pub fn enter(kind: Kind, namespace: impl AsFd) -> io::Result<()> {
    rustix::thread::move_into_link_name_space(namespace.as_fd(), Some(kind.link()))?;
    Ok(())
}

/// Namespaces that a command enters between `fork` and `exec`.
#[derive(Debug, Clone)]
pub struct Doorway {
    namespaces: Arc<[(Kind, OwnedFd)]>,
}

impl Doorway {
    /// A doorway into these namespaces, entered in this order.
    pub fn new(namespaces: Vec<(Kind, OwnedFd)>) -> Self {
        Self {
            namespaces: namespaces.into(),
        }
    }

    /// The namespace of this kind.
    pub fn namespace(&self, kind: Kind) -> Option<&OwnedFd> {
        self.namespaces
            .iter()
            .find(|(other, _)| *other == kind)
            .map(|(_, namespace)| namespace)
    }

    /// Moves the calling thread through the doorway. Where it leads to another mount namespace, call
    /// [`unshare_directory`] first; the working directory becomes that namespace's root.
    pub fn enter(&self) -> io::Result<()> {
        self.namespaces
            .iter()
            .try_for_each(|(kind, namespace)| enter(*kind, namespace))
    }

    /// Makes `command` go through the doorway before it executes. Its working directory stays the same path, if that
    /// path exists on the other side. It may not be real-time, nor have more files open than this process when it was
    /// started, and is in a session of its own, so that its computing does not count against this process's
    /// promptness (see [`own_session`](crate::process::own_session)).
    pub fn prepare(&self, command: &mut Command) {
        let doorway = self.clone();
        let step = move || {
            let directory = WorkingDirectory::remember()?;
            doorway.enter()?;
            renounce_promptness()?;
            begin_session()?;
            allow_as_before()?;
            directory.restore()
        };
        // SAFETY: `step` runs between fork and exec, where only async-signal-safe calls are allowed. It makes system
        // calls (getcwd, setns, setrlimit, setsid, chdir) on memory that it owns already, and neither allocates nor locks.
        unsafe { command.pre_exec(step) };
    }
}

/// The working directory by path, kept without allocating.
struct WorkingDirectory {
    path: [u8; libc::PATH_MAX as usize],
}

impl WorkingDirectory {
    fn remember() -> io::Result<Self> {
        let mut path = [0; libc::PATH_MAX as usize];
        // SAFETY: the buffer is ours and as long as we say; getcwd ends the path with a NUL within it.
        if unsafe { libc::getcwd(path.as_mut_ptr().cast(), path.len()) }.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(Self { path })
    }

    fn restore(&self) -> io::Result<()> {
        // SAFETY: `remember` has left a NUL-terminated path in the buffer.
        if unsafe { libc::chdir(self.path.as_ptr().cast()) } != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
}
