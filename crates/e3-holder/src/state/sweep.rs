//! Taking away what is left of an environment, whatever happened to its holder.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use super::{Created, Journal, Lock, LockError, StateError, StateFolder, lock::Holding, socket};
use crate::wire::{self, Ask};

/// How long a holder may take to end politely.
const POLITE: Duration = Duration::from_secs(15);
/// How long the kernel may take to end its processes.
const FORCED: Duration = Duration::from_secs(5);

/// What `down` found and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swept {
    /// Nothing was there.
    Nothing,
    /// The holder ended by itself when asked.
    Ended,
    /// The holder did not answer and was killed.
    Killed,
    /// No holder was there any more; what it left was removed.
    Leftovers,
}

/// Ends an environment and removes everything of it. Works at any time, twice, after any crash.
pub fn down(folder: &StateFolder) -> Result<Swept, LockError> {
    // The state folder is the first thing created and the last removed.
    if !folder.path().exists() {
        return Ok(Swept::Nothing);
    }
    let (lock, swept) = match Lock::take(folder) {
        Ok(lock) => (lock, Swept::Leftovers),
        Err(LockError::Held { .. }) => end_holder(folder)?,
        Err(other) => return Err(other),
    };
    remove(folder)?;
    drop(lock);
    Ok(swept)
}

/// Removes what a holder that was killed has left, once the last process of it has ended; does nothing where somebody
/// else holds the environment by now.
pub fn tidy(folder: &StateFolder) -> Result<(), LockError> {
    if !folder.path().exists() {
        return Ok(());
    }
    match Lock::wait(folder, FORCED) {
        Ok(lock) => {
            remove(folder)?;
            drop(lock);
            Ok(())
        }
        Err(LockError::Held { .. }) => Ok(()),
        Err(other) => Err(other),
    }
}

fn end_holder(folder: &StateFolder) -> Result<(Lock, Swept), LockError> {
    // One that is still coming up does not listen to commands yet, but to a signal.
    if ask_to_end(folder).is_err() {
        signal(folder, Signal::TERM)?;
    }
    match Lock::wait(folder, POLITE) {
        Err(LockError::Held { .. }) => {}
        other => return Ok((other?, Swept::Ended)),
    }
    signal(folder, Signal::KILL)?;
    Ok((Lock::wait(folder, FORCED)?, Swept::Killed))
}

/// Sends the holder's guardian a signal. It may have ended meanwhile; the lock will tell.
fn signal(folder: &StateFolder, signal: Signal) -> Result<(), StateError> {
    if let Holding::Somebody(Some(owner)) = Lock::holding(folder)?
        && owner.is_alive()
        && let Some(pid) = i32::try_from(owner.pid).ok().and_then(Pid::from_raw)
    {
        let _ = kill_process(pid, signal);
    }
    Ok(())
}

fn ask_to_end(folder: &StateFolder) -> io::Result<()> {
    let mut stream = socket::connect(folder)?;
    stream.set_write_timeout(Some(Duration::from_secs(2)))?;
    wire::write_line(&mut stream, &Ask::Down)
}

/// Removes the files of an environment that nobody holds; outputs that a user asked to keep stay.
pub(crate) fn remove(folder: &StateFolder) -> Result<(), StateError> {
    for created in Journal::read(folder)? {
        match created {
            // Namespaces are held by processes only, and the lock says that those have ended.
            Created::Lab => {}
            Created::HostFolders { path } => remove_hosts(&path)?,
        }
    }
    remove_hosts(folder.hosts())?;
    remove_tree(folder.path())
}

fn remove_hosts(hosts: &Path) -> Result<(), StateError> {
    for host in children(hosts)? {
        remove_host(&host)?;
    }
    remove_if_empty(hosts);
    Ok(())
}

/// Removes the files of one host whose environment lives on: who its party is stays, and so does what is kept, and what
/// makes services the same when they are started again.
pub(crate) fn clear_host(host: &Path) -> Result<(), StateError> {
    remove_but(host, &["kept", "identity", "services"])
}

/// Removes the files of one host; outputs that a user asked to keep stay.
fn remove_host(host: &Path) -> Result<(), StateError> {
    remove_but(host, &["kept"])
}

fn remove_but(host: &Path, stays: &[&str]) -> Result<(), StateError> {
    for made in children(host)? {
        let name = made.file_name();
        if !stays
            .iter()
            .any(|stays| name.is_some_and(|name| name == *stays))
        {
            remove_tree(&made)?;
        }
    }
    remove_if_empty(&host.join("kept"));
    remove_if_empty(host);
    Ok(())
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, StateError> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(StateError::io("read", folder)(error)),
    }
}

fn remove_tree(path: &Path) -> Result<(), StateError> {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    let removed = if is_folder {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StateError::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

fn remove_if_empty(folder: &Path) {
    // A folder that holds something the user asked to keep stays, and so does one that is not there.
    let _ = fs::remove_dir(folder);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_are_removed_and_what_was_to_be_kept_stays() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = StateFolder::at(scratch.path().join("state"), scratch.path().join("hosts"));
        assert_eq!(down(&folder).unwrap(), Swept::Nothing);
        folder.create().unwrap();
        Journal::open(&folder)
            .unwrap()
            .write(&Created::Lab)
            .unwrap();
        let run = folder.hosts().join("ams/runs/1");
        fs::create_dir_all(&run).unwrap();
        fs::write(run.join("input.csv"), "secret").unwrap();
        fs::create_dir_all(folder.hosts().join("nyc/kept")).unwrap();
        fs::write(folder.hosts().join("nyc/kept/run-1.log"), "mine").unwrap();
        assert_eq!(down(&folder).unwrap(), Swept::Leftovers);
        assert!(!folder.path().exists());
        assert!(!folder.hosts().join("ams").exists());
        assert!(folder.hosts().join("nyc/kept/run-1.log").exists());
        assert_eq!(down(&folder).unwrap(), Swept::Nothing);
    }
}
