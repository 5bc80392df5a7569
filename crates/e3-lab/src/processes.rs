//! Finding and ending the processes of a network namespace.

use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant};

use rustix::fs::fstat;
use rustix::process::{Pid, PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal};

/// How long killed processes may take to be gone. The kernel needs milliseconds, unless a disk hangs.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(1);

/// Kills all processes in a network namespace except the caller, again and again until none is left.
pub(crate) fn kill_all_in(namespace: impl AsFd) -> io::Result<()> {
    let inode = fstat(namespace)?.st_ino;
    let started = Instant::now();
    loop {
        let found = living_in(inode)?;
        if found.is_empty() {
            return Ok(());
        }
        if started.elapsed() > PATIENCE {
            let message = format!(
                "{} processes are still there after {PATIENCE:?}",
                found.len()
            );
            return Err(io::Error::new(io::ErrorKind::TimedOut, message));
        }
        for process in found {
            // One that has just ended needs no killing.
            let _ = pidfd_send_signal(&process, Signal::KILL);
        }
        std::thread::sleep(PAUSE);
    }
}

/// The processes in the network namespace with this inode, other than the caller.
fn living_in(inode: u64) -> io::Result<Vec<OwnedFd>> {
    let pids = fs::read_dir("/proc")?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let others = pids
        .filter_map(Pid::from_raw)
        .filter(|pid| *pid != getpid());
    Ok(others.filter_map(|pid| hold_if_in(pid, inode)).collect())
}

/// Holds the process and only then looks where it is, so that it is not another one that got its number.
fn hold_if_in(pid: Pid, inode: u64) -> Option<OwnedFd> {
    let process = pidfd_open(pid, PidfdFlags::empty()).ok()?;
    let path = format!("/proc/{}/ns/net", pid.as_raw_pid());
    let namespace = fs::metadata(path).ok()?;
    (namespace.ino() == inode).then_some(process)
}
