//! Who owns an environment that is up.

use std::{fmt, fs};

use serde::{Deserialize, Serialize};

use crate::clock::now_ms;

/// The process that keeps an environment, as it wrote itself into the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Process id of the guardian, in the numbering of whoever started it.
    pub pid: u32,
    /// Start of that process in clock ticks since boot (`proc_pid_stat(5)`, field 22), so that a reused id is not
    /// mistaken for it.
    pub started_ticks: u64,
    /// Wall-clock start, in seconds since the Unix epoch.
    pub since: u64,
    /// The verb that started it, such as `up`.
    pub verb: String,
}

impl Owner {
    /// The calling process.
    pub fn this_process(verb: &str) -> Self {
        let pid = std::process::id();
        Self {
            pid,
            started_ticks: start_ticks(pid).unwrap_or(0),
            since: now_ms() / 1000,
            verb: verb.to_owned(),
        }
    }

    /// Whether that very process still runs.
    pub fn is_alive(&self) -> bool {
        start_ticks(self.pid) == Some(self.started_ticks)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = jiff::Timestamp::from_second(i64::try_from(self.since).unwrap_or(0))
            .unwrap_or_default();
        write!(f, "`e3 {}`, process {}, since {since}", self.verb, self.pid)
    }
}

/// Field 22 of /proc/PID/stat; the command's name before it may contain spaces and parentheses.
fn start_ticks(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_ascii_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_alive_and_a_reused_id_is_not_it() {
        let owner = Owner::this_process("test");
        assert!(owner.started_ticks > 0);
        assert!(owner.is_alive());
        assert!(
            !Owner {
                started_ticks: owner.started_ticks + 1,
                ..owner
            }
            .is_alive()
        );
    }
}
