//! One process that this one has started.

use std::{
    collections::BTreeSet,
    io,
    os::{fd::OwnedFd, unix::process::CommandExt as _},
    process::{Command, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
};

use e3_sys::child::{self, Ended};
use e3_sys::files;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use tokio::{
    io::{Interest, unix::AsyncFd},
    net::unix::pipe,
};

/// Every process that this program has started and not reaped: what is not among them and yet a child
/// is an orphan.
static STARTED: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Those processes, held still: nobody starts or reaps one meanwhile.
pub fn started() -> MutexGuard<'static, BTreeSet<i32>> {
    // Nothing that holds the lock can leave the set half changed.
    STARTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A process that leads a group of its own and dies with this process. Dropped before its end, it is killed with its
/// group.
#[derive(Debug)]
pub struct Child {
    pid: Pid,
    end: AsyncFd<OwnedFd>,
    reaped: bool,
}

/// This process's ends of a child's standard streams.
#[derive(Debug)]
pub struct Pipes {
    /// What it reads; none where its command says otherwise.
    pub stdin: Option<pipe::Sender>,
    /// What it prints.
    pub stdout: Option<pipe::Receiver>,
    /// What it prints of errors.
    pub stderr: Option<pipe::Receiver>,
}

impl Child {
    /// Starts a command. Its standard input is as the command says; what it prints comes through the pipes.
    ///
    /// Must be called on a thread that lives as long as this process: when that thread ends, the kernel kills the
    /// process.
    ///
    /// # Errors
    /// What the system said: there is no such program, or no more processes may be had.
    pub fn start(mut command: Command) -> io::Result<(Self, Pipes)> {
        command
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        files::leave_as_before(&mut command);
        child::tie(&mut command);
        let (mut process, pid) = {
            let mut started = started();
            let process = command.spawn()?;
            let pid = Pid::from_child(&process);
            started.insert(pid.as_raw_nonzero().get());
            (process, pid)
        };
        let child = match watch(pid) {
            Ok(end) => Self {
                pid,
                end,
                reaped: false,
            },
            Err(error) => {
                // Without a way to see its end, it must not run.
                let _killed = process.kill();
                let _reaped = process.wait();
                started().remove(&pid.as_raw_nonzero().get());
                return Err(error);
            }
        };
        let pipes = Pipes {
            stdin: process
                .stdin
                .take()
                .map(|end| pipe::Sender::from_owned_fd(end.into()))
                .transpose()?,
            stdout: process
                .stdout
                .take()
                .map(|end| pipe::Receiver::from_owned_fd(end.into()))
                .transpose()?,
            stderr: process
                .stderr
                .take()
                .map(|end| pipe::Receiver::from_owned_fd(end.into()))
                .transpose()?,
        };
        Ok((child, pipes))
    }

    /// Its number.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Waits for its end. May be broken off and called again until it has told.
    ///
    /// # Errors
    /// What the system said.
    pub async fn ended(&mut self) -> io::Result<Ended> {
        loop {
            let mut ready = self.end.readable().await?;
            let mut started = started();
            if let Some(ended) = child::reap(self.pid)? {
                started.remove(&self.pid.as_raw_nonzero().get());
                self.reaped = true;
                return Ok(ended);
            }
            ready.clear_ready();
        }
    }

    /// Sends a signal to its group, as long as any process of it is left.
    pub fn signal_group(&self, signal: Signal) {
        // An error means that nobody is left to get it. The group's number is not used anew while a process of
        // the group is left, and right after the leader was reaped nobody can have got it yet.
        let _ = kill_process_group(self.pid, signal);
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.reaped {
            self.signal_group(Signal::KILL);
            // Nobody waits for it any more: whoever sweeps the orphans reaps it.
            started().remove(&self.pid.as_raw_nonzero().get());
        }
    }
}

/// Becomes readable when the process ends.
#[allow(
    deprecated,
    reason = "deprecated because a type may lie about its descriptor; an `OwnedFd` does not"
)]
fn watch(pid: Pid) -> io::Result<AsyncFd<OwnedFd>> {
    let end = pidfd_open(pid, PidfdFlags::empty())?;
    AsyncFd::with_interest(end, Interest::READABLE)
}
