//! What processes that carry an overlay's packets have used.

use std::{fs, time::Duration};

use rustix::{
    param::{clock_ticks_per_second, page_size},
    process::Pid,
};

/// Processor time and memory of an overlay's helpers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Helped {
    /// Of all threads, user and system.
    pub(crate) cpu: Duration,
    /// Greatest resident memory in bytes, added up.
    pub(crate) memory: u64,
}

impl Helped {
    /// What those of these numbers have used until now. One that has ended counts nothing.
    pub(crate) fn by(helpers: &[u32]) -> Self {
        let each = helpers.iter().filter_map(|pid| of(*pid));
        each.fold(Self::default(), |sum, one| Self {
            cpu: sum.cpu + one.cpu,
            memory: sum.memory + one.memory,
        })
    }
}

fn of(pid: u32) -> Option<Helped> {
    Pid::from_raw(i32::try_from(pid).ok()?)?;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Behind the name, which may hold anything: from the state on (proc_pid_stat(5)).
    let (_, behind) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = behind.split_ascii_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    let ticks = number(11)? + number(12)?;
    let cpu = Duration::from_millis(ticks.saturating_mul(1000) / clock_ticks_per_second().max(1));
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| {
        let kib = line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?;
        kib.trim().parse::<u64>().ok()
    });
    let resident = || Some(number(21)? * u64::try_from(page_size()).ok()?);
    Some(Helped {
        cpu,
        memory: peak.map(|kib| kib * 1024).or_else(resident)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_has_used_is_known() {
        let own = Helped::by(&[std::process::id()]);
        assert!(own.memory > 100_000, "{own:?}");
        // One that there never was counts nothing.
        assert_eq!(Helped::by(&[u32::MAX, 0]), Helped::default());
    }
}
