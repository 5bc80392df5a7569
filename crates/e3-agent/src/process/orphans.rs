//! What a program has left behind: processes that it has started and that have outlived it.
//!
//! The agent is a subreaper (`PR_SET_CHILD_SUBREAPER`), so such a process becomes the agent's own child, however it
//! has detached itself. Only direct children are killed: their numbers cannot be used anew before the agent has
//! reaped them, and their own children become the agent's in turn.

use std::{
    collections::BTreeSet,
    fs, io,
    time::{Duration, Instant},
};

use rustix::process::{
    Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid,
};
use tokio::time::sleep;

use super::child::started;

/// The variable in a program's environment that tells whose it is, where several agents share one process.
pub(crate) const MARK: &str = "E3_RUN";

/// After this long, what cannot be killed is left to the host.
const PATIENCE: Duration = Duration::from_secs(3);

/// Between two looks at what is left.
const PAUSE: Duration = Duration::from_millis(2);

/// Makes this process the new parent of whatever its programs leave behind.
pub(crate) fn adopt() -> io::Result<()> {
    set_child_subreaper(Some(getpid()))?;
    Ok(())
}

/// The orphans that appear from a moment on.
#[derive(Debug)]
pub(crate) struct Orphans {
    /// Children that were there before, which are not ours to end.
    before: BTreeSet<i32>,
    /// The mark of those that are ours.
    mark: String,
}

impl Orphans {
    /// From now on; those that bear another mark are somebody else's.
    pub(crate) fn since_now(mark: &str) -> Self {
        Self {
            before: children(),
            mark: mark.to_owned(),
        }
    }

    /// Ends and reaps them all.
    pub(crate) async fn sweep(&self) {
        let start = Instant::now();
        while self.sweep_once() {
            if start.elapsed() > PATIENCE {
                tracing::warn!("some processes of a program could not be ended");
                return;
            }
            sleep(PAUSE).await;
        }
    }

    /// Kills and reaps those that are there now; whether any was.
    fn sweep_once(&self) -> bool {
        // Held, so that no child starts between the list and the kill.
        let started = started();
        let mut any = false;
        for pid in children() {
            if started.contains(&pid) || self.before.contains(&pid) || self.is_foreign(pid) {
                continue;
            }
            let Some(pid) = Pid::from_raw(pid) else {
                continue;
            };
            any = true;
            // Either may fail because the other was enough.
            let _ = kill_process(pid, Signal::KILL);
            let _ = waitpid(Some(pid), WaitOptions::NOHANG);
        }
        any
    }

    /// Whether the process bears another mark than ours. One that bears none may be a program's child that was
    /// started with an environment of its own.
    fn is_foreign(&self, pid: i32) -> bool {
        let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else {
            return false;
        };
        environment
            .split(|byte| *byte == 0)
            .filter_map(|variable| variable.strip_prefix(MARK.as_bytes())?.strip_prefix(b"="))
            .any(|mark| mark != self.mark.as_bytes())
    }
}

/// The children of this process, those that have ended among them.
fn children() -> BTreeSet<i32> {
    let Ok(threads) = fs::read_dir("/proc/self/task") else {
        return BTreeSet::new();
    };
    threads
        .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok())
        .flat_map(|list| {
            list.split_ascii_whitespace()
                .filter_map(|pid| pid.parse().ok())
                .collect::<Vec<i32>>()
        })
        .collect()
}
