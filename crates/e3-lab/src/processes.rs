//! Finding, stopping and ending the processes of a host.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant};

use e3_sys::namespace::{Doorway, Kind};
use rustix::fs::fstat;
use rustix::process::{Pid, PidfdFlags, Signal, getpid, pidfd_open, pidfd_send_signal};

/// How long processes may take to be gone or to stop. The kernel needs milliseconds, unless a disk hangs.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(1);

/// By which namespaces the processes of a host are known: one that has moved into another network of its own is still
/// there by its others.
const KINDS: [Kind; 3] = [Kind::Net, Kind::Uts, Kind::Mount];
const FILES: [&str; 3] = ["net", "uts", "mnt"];

/// Kills all processes of these hosts except the caller, again and again until none is left.
pub(crate) fn kill_all_in<'a>(hosts: impl IntoIterator<Item = &'a Doorway>) -> io::Result<()> {
    let place = Place::of(hosts)?;
    let started = Instant::now();
    loop {
        let found = place.processes()?;
        if found.is_empty() {
            return Ok(());
        }
        check_patience(started, found.len(), "there")?;
        for (_, process) in found {
            // One that has just ended needs no killing.
            let _ = pidfd_send_signal(&process, Signal::KILL);
        }
        std::thread::sleep(PAUSE);
    }
}

/// Stops all processes of a host except the caller, again and again until none runs: those that ran before.
pub(crate) fn stop_all_in(host: &Doorway) -> io::Result<Vec<OwnedFd>> {
    let place = Place::of([host])?;
    let started = Instant::now();
    let mut stopped = HashMap::new();
    loop {
        let mut all_stand = true;
        for (pid, process) in place.processes()? {
            let told = stopped.contains_key(&pid);
            match state(pid) {
                State::Stands => {}
                // It stops before it does anything else: it waits for a disk, or for a child that it has made by vfork
                // and that has been stopped before it became a program.
                State::Waits if told => {}
                State::Waits | State::Runs => {
                    all_stand = false;
                    let _ = pidfd_send_signal(&process, Signal::STOP);
                    stopped.entry(pid).or_insert(process);
                }
            }
        }
        if all_stand {
            return Ok(stopped.into_values().collect());
        }
        if let Err(error) = check_patience(started, stopped.len(), "running") {
            go_on(stopped.values());
            return Err(error);
        }
        std::thread::sleep(PAUSE);
    }
}

/// Lets stopped processes go on. One that has been killed meanwhile does not mind.
pub(crate) fn go_on<'a>(stopped: impl IntoIterator<Item = &'a OwnedFd>) {
    for process in stopped {
        let _ = pidfd_send_signal(process, Signal::CONT);
    }
}

fn check_patience(started: Instant, count: usize, what: &str) -> io::Result<()> {
    if started.elapsed() <= PATIENCE {
        return Ok(());
    }
    let message = format!("{count} processes are still {what} after {PATIENCE:?}");
    Err(io::Error::new(io::ErrorKind::TimedOut, message))
}

/// The inodes of hosts' namespaces.
struct Place(HashSet<u64>);

impl Place {
    fn of<'a>(hosts: impl IntoIterator<Item = &'a Doorway>) -> io::Result<Self> {
        let held = hosts
            .into_iter()
            .flat_map(|host| KINDS.iter().filter_map(|kind| host.namespace(*kind)));
        let inodes = held.map(|namespace| Ok(fstat(namespace)?.st_ino));
        inodes.collect::<io::Result<_>>().map(Self)
    }

    /// The processes here, other than the caller.
    fn processes(&self) -> io::Result<Vec<(Pid, OwnedFd)>> {
        let pids = fs::read_dir("/proc")?
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let others = pids
            .filter_map(Pid::from_raw)
            .filter(|pid| *pid != getpid());
        Ok(others.filter_map(|pid| self.hold(pid)).collect())
    }

    /// Holds the process and only then looks where it is, so that it is not another one that got its number.
    fn hold(&self, pid: Pid) -> Option<(Pid, OwnedFd)> {
        let process = pidfd_open(pid, PidfdFlags::empty()).ok()?;
        let is_in = |file: &&str| {
            let path = format!("/proc/{}/ns/{file}", pid.as_raw_pid());
            fs::metadata(path).is_ok_and(|namespace| self.0.contains(&namespace.ino()))
        };
        FILES.iter().any(is_in).then_some((pid, process))
    }
}

/// What a process does.
enum State {
    /// It is stopped or dead.
    Stands,
    /// It cannot be interrupted.
    Waits,
    Runs,
}

/// By the third field of its `stat` (`proc_pid_stat(5)`).
fn state(pid: Pid) -> State {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).unwrap_or_default();
    // The second field is a name in brackets, which may hold anything.
    let state = stat
        .rsplit_once(')')
        .and_then(|(_, rest)| rest.trim_start().chars().next());
    match state {
        None | Some('T' | 't' | 'Z' | 'X') => State::Stands,
        Some('D') => State::Waits,
        Some(_) => State::Runs,
    }
}
