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

use e3_process::started;
use e3_sys::program_namespace::helpers;
use rustix::process::{
    Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid,
};
use tokio::time::sleep;

/// The variable in a process's environment that tells who has started it: the mark of an agent, which ends in a dot,
/// and behind it that of its run or command, which does so, too.
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
    /// How the mark of those that are ours begins.
    mark: String,
    /// Whether those that bear no mark are ours, too.
    unmarked: bool,
}

impl Orphans {
    /// From now on; those that bear another mark are somebody else's.
    pub(crate) fn since_now(mark: &str) -> Self {
        Self {
            before: children(),
            mark: mark.to_owned(),
            unmarked: true,
        }
    }

    /// From now on, and no more than those that bear the mark: a program may be running beside.
    pub(crate) fn marked_since_now(mark: &str) -> Self {
        Self {
            unmarked: false,
            ..Self::since_now(mark)
        }
    }

    /// Ends and reaps them all.
    pub(crate) async fn sweep(&self) {
        let start = Instant::now();
        let mut ending = BTreeSet::new();
        while self.sweep_once(&mut ending) {
            if start.elapsed() > PATIENCE {
                tracing::warn!("some processes of a program could not be ended");
                return;
            }
            sleep(PAUSE).await;
        }
    }

    /// Kills and reaps those that are there now; whether any was.
    fn sweep_once(&self, ending: &mut BTreeSet<i32>) -> bool {
        // Held, so that no child starts between the list and the kill.
        let (started, helpers) = (started(), helpers());
        let mut any = false;
        for number in children() {
            if started.contains(&number) || helpers.contains(&number) {
                continue;
            }
            // One that dies loses its mark before it can be reaped.
            let ours = ending.contains(&number) || is_dead_orphan(number) || self.is_ours(number);
            let Some(pid) = Pid::from_raw(number).filter(|_| ours) else {
                continue;
            };
            any = true;
            ending.insert(number);
            // Either may fail because the other was enough.
            let _ = kill_process(pid, Signal::KILL);
            let _ = waitpid(Some(pid), WaitOptions::NOHANG);
        }
        any
    }

    /// Whether the process is new and bears our mark. One that bears none may be a program's child that was started
    /// with an environment of its own.
    fn is_ours(&self, pid: i32) -> bool {
        if self.before.contains(&pid) {
            return false;
        }
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .find_map(|variable| variable.strip_prefix(MARK.as_bytes())?.strip_prefix(b"="))
            .map_or(self.unmarked, |mark| mark.starts_with(self.mark.as_bytes()))
    }
}

/// Whether a child has ended and was not started by this process, whose own children are in its process group, or
/// are known: nobody else will reap it.
fn is_dead_orphan(pid: i32) -> bool {
    match (state_and_group(&pid.to_string()), state_and_group("self")) {
        (Some((state, group)), Some((_, own))) => state == "Z" && group != own,
        _ => false,
    }
}

/// A process's state, and its group: 0 where that was made outside this PID namespace, as an agent's may have been.
fn state_and_group(process: &str) -> Option<(String, i32)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which may hold anything: state, parent, group (proc_pid_stat(5)).
    let (_, behind) = stat.rsplit_once(')')?;
    let mut fields = behind.split_ascii_whitespace();
    let state = fields.next()?.to_owned();
    Some((state, fields.nth(1)?.parse().ok()?))
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
