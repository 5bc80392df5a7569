//! The first process of a PID namespace, and the process outside that waits for it.
//!
//! When the first process of a PID namespace ends, the kernel kills every other process in it: that is what makes
//! the namespace a good home for programs that fork twice.

use std::io;

use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, wait, waitpid};

use crate::process::{close_standard_streams, exit_now, kill_others};
use crate::signal::{Arrived, Blocked};

/// Spends the rest of this process as the first one of its PID namespace: reaps every orphan, passes signals that
/// somebody sent to it on to `child`, and ends with `child`'s exit code as soon as `child` ends. Once `guardian_lives`
/// says no, which is asked at every signal, everything ends.
///
/// `blocked` must have been made before `child` was started, so that no signal is lost; `child` has to drop its copy.
///
/// All other processes of the namespace have ended before this one does. Descriptors that it has inherited stay open
/// until then, so that a lock which one of them holds says that the namespace is empty once it is free. Only the
/// standard streams are closed, so that pipes end when their users end.
pub fn run(child: Pid, blocked: &Blocked, guardian_lives: impl Fn() -> bool) -> ! {
    close_standard_streams();
    loop {
        // Without SIGCHLD there would be nothing to wait for; the child's end could be missed, so end everything.
        let Ok(arrived) = blocked.wait() else {
            end(FAILED)
        };
        if !guardian_lives() {
            end(FAILED);
        }
        if let Some(code) = handle(arrived, child, reap) {
            end(code);
        }
    }
}

/// Ends after all others. The kernel would kill them too, but only after it has closed this process's descriptors.
fn end(code: i32) -> ! {
    kill_others();
    // What was orphaned is this process's child now: without children there is nobody left.
    while wait(WaitOptions::empty()).is_ok() {}
    exit_now(code)
}

/// Waits until `init` ends and returns its exit code (128 + the signal's number if it was killed). Signals that
/// somebody sent to this process are passed on; a terminal's Ctrl-C is not, as the processes inside got it too.
pub fn wait_for(init: Pid, blocked: &Blocked) -> io::Result<i32> {
    loop {
        if let Some((_, status)) = waitpid(Some(init), WaitOptions::NOHANG)? {
            return Ok(exit_code(status));
        }
        // Reaping happens above, and only of `init`: other children are the caller's.
        handle(blocked.wait()?, init, |_| None);
    }
}

/// The exit code of an init that could not do its work.
const FAILED: i32 = 70;

fn handle(arrived: Arrived, child: Pid, on_child: impl FnOnce(Pid) -> Option<i32>) -> Option<i32> {
    match arrived.signal {
        Signal::CHILD => on_child(child),
        signal => {
            if arrived.sent_by_process {
                // It may have just ended, which the next SIGCHLD tells.
                let _ = kill_process(child, signal);
            }
            None
        }
    }
}

/// Reaps all that have ended; the exit code of `child` if it is among them.
fn reap(child: Pid) -> Option<i32> {
    while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
        if pid == child {
            return Some(exit_code(status));
        }
    }
    None
}

fn exit_code(status: WaitStatus) -> i32 {
    let killed = || status.terminating_signal().map(|signal| 128 + signal);
    status.exit_status().or_else(killed).unwrap_or(FAILED)
}
