//! Waking up in time.

use std::io;
use std::num::NonZeroU64;

use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// How the calling thread came to be scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promptness {
    /// Before every ordinary thread (`SCHED_FIFO`).
    RealTime,
    /// Among the ordinary threads, but with a short time slice, so that it runs soon after it wakes.
    ShortSlice,
    /// As any thread.
    Ordinary,
}

/// The slice, in nanoseconds, that makes a thread run soon after waking; the shortest that the kernel takes.
const SLICE: u64 = 100_000;

/// Low among the real-time priorities: above every ordinary thread, below the kernel's own.
const PRIORITY: u32 = 20;

/// Makes the calling thread wake as promptly as this process may: real-time where permitted, else with a short time
/// slice, and with timers that are not rounded.
pub fn be_prompt() -> Promptness {
    let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
    if set_attributes(libc::SCHED_FIFO.cast_unsigned(), PRIORITY, 0).is_ok() {
        return Promptness::RealTime;
    }
    if set_attributes(libc::SCHED_OTHER.cast_unsigned(), 0, SLICE).is_ok() {
        return Promptness::ShortSlice;
    }
    Promptness::Ordinary
}

/// Keeps the calling thread on one processor: the `number`th of those that it may use, beginning anew after the last.
/// Where the system refuses, it stays free.
pub fn stay_on(number: usize) {
    let Ok(allowed) = sched_getaffinity(None) else {
        return;
    };
    let mut processors = (0..CpuSet::MAX_CPU).filter(|processor| allowed.is_set(*processor));
    let count = allowed.count().max(1) as usize;
    if let Some(chosen) = processors.nth(number % count) {
        let mut only = CpuSet::new();
        only.set(chosen);
        let _ = sched_setaffinity(None, &only);
    }
}

/// Makes [`be_prompt`] real-time for processes that this one starts, too, where it may be so itself: in a user namespace
/// the right to it is lost, and the limit stays.
pub fn pass_on_promptness() {
    // Without the right it stays as it is.
    let _ = limit_priority(PRIORITY);
}

/// Takes from this process, and what it starts, what [`pass_on_promptness`] has given.
pub(crate) fn renounce_promptness() -> io::Result<()> {
    limit_priority(0)
}

fn limit_priority(highest: u32) -> io::Result<()> {
    let limit = Some(highest.into());
    let limit = Rlimit {
        current: limit,
        maximum: limit,
    };
    Ok(setrlimit(Resource::Rtprio, limit)?)
}

/// Linux's `struct sched_attr` in its first version.
#[repr(C)]
struct Attributes {
    size: u32,
    policy: u32,
    flags: u64,
    nice: i32,
    priority: u32,
    runtime: u64,
    deadline: u64,
    period: u64,
}

/// `SCHED_ATTR_SIZE_VER0`.
const SIZE: u32 = 48;
const _: () = assert!(size_of::<Attributes>() == SIZE as usize);

fn set_attributes(policy: u32, priority: u32, slice: u64) -> io::Result<()> {
    let attributes = Attributes {
        size: SIZE,
        policy,
        // Children are programs, which have no claim to any of this.
        flags: libc::SCHED_FLAG_RESET_ON_FORK as u64,
        nice: 0,
        priority,
        runtime: slice,
        deadline: 0,
        period: 0,
    };
    let this_thread = 0;
    // SAFETY: the attributes are laid out as the kernel's and say their own size; the call only reads them.
    let result = unsafe {
        libc::syscall(
            libc::SYS_sched_setattr,
            this_thread,
            &raw const attributes,
            0,
        )
    };
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
