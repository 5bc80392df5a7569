//! What a lab costs in memory: of its processes, and of the kernel for it.

use std::collections::BTreeSet;
use std::fs;

use crate::fault::Fault;

/// What of /proc/meminfo (`proc_meminfo(5)`) a lab's namespaces, interfaces and processes take, beside the pages of
/// processes themselves.
const KERNEL: &[&str] = &[
    "Slab",
    "KernelStack",
    "PageTables",
    "SecPageTables",
    "Percpu",
];

/// Memory, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    /// Of all processes from the guardian down: each page by its share (PSS).
    processes: u64,
    /// Of the kernel: what it takes more than before.
    kernel: u64,
    hosts: usize,
}

impl Memory {
    /// Of the processes from this one down, and of the kernel since it took `before`.
    ///
    /// # Errors
    /// The kernel does not tell.
    pub(super) fn of(guardian: u32, before: u64, hosts: usize) -> Result<Self, Fault> {
        let mut processes = 0;
        for pid in family(guardian) {
            // One that has just ended takes nothing.
            processes += share(pid).unwrap_or(0);
        }
        Ok(Self {
            processes,
            kernel: of_kernel()?.saturating_sub(before),
            hosts,
        })
    }

    /// All of it, for each host, in megabytes.
    pub(super) fn per_host_mb(&self) -> f64 {
        self.processes_mb_per_host() + self.kernel_mb_per_host()
    }

    pub(super) fn processes_mb_per_host(&self) -> f64 {
        self.mb(self.processes)
    }

    pub(super) fn kernel_mb_per_host(&self) -> f64 {
        self.mb(self.kernel)
    }

    #[allow(clippy::cast_precision_loss, reason = "a few digits are shown")]
    fn mb(&self, bytes: u64) -> f64 {
        bytes as f64 / 1e6 / self.hosts.max(1) as f64
    }
}

/// What the kernel takes now, in bytes.
///
/// # Errors
/// It does not tell.
pub(super) fn of_kernel() -> Result<u64, Fault> {
    let text = fs::read_to_string("/proc/meminfo")
        .map_err(|error| Fault::user(format!("cannot read /proc/meminfo: {error}")))?;
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let counted = lines.filter(|(name, _)| KERNEL.contains(name));
    Ok(counted.filter_map(|(_, value)| kilobytes(value)).sum())
}

/// A process's pages by its share of each, in bytes (`smaps_rollup`, `proc_pid_smaps(5)`).
fn share(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    kilobytes(line)
}

/// `  123 kB`, in bytes.
fn kilobytes(text: &str) -> Option<u64> {
    let number = text.split_ascii_whitespace().next()?;
    number.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// A process and all that descend from it.
fn family(first: u32) -> BTreeSet<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let parents: Vec<(u32, u32)> = pids.filter_map(|pid| Some((pid, parent(pid)?))).collect();
    let mut family = BTreeSet::from([first]);
    loop {
        let children = parents.iter().filter(|(_, parent)| family.contains(parent));
        let more: Vec<u32> = children
            .map(|(pid, _)| *pid)
            .filter(|pid| !family.contains(pid))
            .collect();
        if more.is_empty() {
            return family;
        }
        family.extend(more);
    }
}

/// The fourth field of /proc/PID/stat; the name before it may hold anything.
fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after) = stat.rsplit_once(')')?;
    after.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_takes_memory_and_has_a_parent() {
        let pid = std::process::id();
        assert!(share(pid).unwrap() > 100_000);
        assert!(family(parent(pid).unwrap()).contains(&pid));
        assert!(of_kernel().unwrap() > 1_000_000);
    }
}
