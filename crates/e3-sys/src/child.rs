//! Children that die with their parent, and what they, and this process itself, have used.

use std::io;
use std::mem::MaybeUninit;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, getpid, getppid};

use crate::process::die_with_parent;

/// How a child ended, and what it and the descendants that it waited for have used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub how: How,
    /// Processor time, user and system.
    pub cpu: Duration,
    /// Greatest resident memory in bytes. Linux counts what the parent had resident when it started the child, so
    /// this is never less than a small agent's own few megabytes.
    pub peak_memory: u64,
}

/// Ways to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal.
    Signalled(i32),
}

/// Reaps a child if it has ended; `None` while it runs.
pub fn reap(child: Pid) -> io::Result<Option<Ended>> {
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::uninit();
    let pid = child.as_raw_nonzero().get();
    // SAFETY: both pointers are valid for the call, which fills them when it returns the child's id.
    let reaped = unsafe { libc::wait4(pid, &raw mut status, libc::WNOHANG, usage.as_mut_ptr()) };
    match reaped {
        0 => return Ok(None),
        reaped if reaped < 0 => return Err(io::Error::last_os_error()),
        _ => {}
    }
    // SAFETY: wait4 has succeeded.
    let usage = unsafe { usage.assume_init() };
    let how = if libc::WIFSIGNALED(status) {
        How::Signalled(libc::WTERMSIG(status))
    } else {
        How::Exited(libc::WEXITSTATUS(status))
    };
    let Used { cpu, peak_memory } = Used::from(usage);
    Ok(Some(Ended {
        how,
        cpu,
        peak_memory,
    }))
}

/// What a process has used until now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// Processor time of all its threads, user and system.
    pub cpu: Duration,
    /// Greatest resident memory in bytes.
    pub peak_memory: u64,
}

/// What this process has used until now, without its children.
pub fn used() -> io::Result<Used> {
    let mut usage = MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: the pointer is valid for the call, which fills what it points to when it returns zero.
    if unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: getrusage has succeeded.
    Ok(unsafe { usage.assume_init() }.into())
}

impl From<libc::rusage> for Used {
    fn from(usage: libc::rusage) -> Self {
        Self {
            cpu: duration(usage.ru_utime) + duration(usage.ru_stime),
            // Linux counts in KiB.
            peak_memory: u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024,
        }
    }
}

fn duration(time: libc::timeval) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let micros = u64::try_from(time.tv_usec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}

/// Makes the kernel kill the command's process when the *thread* that starts it ends, however it ends. What the
/// process starts itself is not tied.
pub fn tie(command: &mut Command) {
    let parent = getpid();
    let step = move || {
        die_with_parent()?;
        // The parent may have died before the kernel was told. In another PID namespace it has no number here.
        match getppid() {
            Some(now) if now != parent => Err(io::ErrorKind::Interrupted.into()),
            _ => Ok(()),
        }
    };
    // SAFETY: between fork and exec, `step` makes two system calls; it neither allocates nor locks.
    unsafe { command.pre_exec(step) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::zombie_processes, reason = "`reap` is what waits here")]
    fn ended(script: &str) -> Ended {
        let child = Command::new("sh").args(["-c", script]).spawn().unwrap();
        let pid = Pid::from_child(&child);
        for _ in 0..1000 {
            if let Some(ended) = reap(pid).unwrap() {
                return ended;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("`{script}` did not end");
    }

    #[test]
    fn tells_codes_from_signals() {
        assert_eq!(ended("exit 7").how, How::Exited(7));
        assert_eq!(ended("kill -9 $$").how, How::Signalled(9));
    }

    #[test]
    fn counts_processor_time_and_memory() {
        let ended = ended("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done");
        assert!(ended.cpu > Duration::from_millis(5), "{ended:?}");
        assert!(ended.peak_memory > 100_000, "{ended:?}");
    }

    #[test]
    fn counts_this_process() {
        let before = used().unwrap();
        let work: u64 = (0..20_000_000_u64).map(std::hint::black_box).sum();
        let after = used().unwrap();
        assert!(work > 0 && after.cpu > before.cpu + Duration::from_millis(1));
        assert!(after.peak_memory > 100_000, "{after:?}");
    }
}
