//! Waiting for descriptors with a time-out in nanoseconds.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};

/// A set of descriptors to wait for.
#[derive(Debug)]
pub struct Epoll {
    set: OwnedFd,
}

/// What was found ready, by the token under which it was added.
pub struct Ready {
    events: [libc::epoll_event; 64],
    count: usize,
}

impl Ready {
    /// Room for what one wait finds.
    pub fn new() -> Self {
        Self {
            events: [libc::epoll_event { events: 0, u64: 0 }; 64],
            count: 0,
        }
    }

    /// Whether the time was over before anything was ready.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The tokens of what is ready.
    pub fn tokens(&self) -> impl Iterator<Item = u64> {
        self.events.iter().take(self.count).map(|event| event.u64)
    }
}

impl Default for Ready {
    fn default() -> Self {
        Self::new()
    }
}

impl Epoll {
    /// An empty set.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            set: epoll::create(CreateFlags::CLOEXEC)?,
        })
    }

    /// Waits for `source` to be readable from now on, under this token.
    pub fn add(&self, source: impl AsFd, token: u64) -> io::Result<()> {
        epoll::add(&self.set, source, EventData::new_u64(token), EventFlags::IN)?;
        Ok(())
    }

    /// Waits until something is ready or the time is over; without a time-out, for as long as it takes.
    pub fn wait(&self, ready: &mut Ready, timeout: Option<Duration>) -> io::Result<()> {
        let timeout = timeout.map(|timeout| libc::timespec {
            tv_sec: libc::time_t::try_from(timeout.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: timeout.subsec_nanos().into(),
        });
        let timeout = timeout
            .as_ref()
            .map_or(std::ptr::null(), std::ptr::from_ref);
        let (no_signals, no_length) = (std::ptr::null::<libc::sigset_t>(), 0_usize);
        // SAFETY: the kernel writes at most `events.len()` events, and reads the time-out, which outlives the call.
        // The call itself because `rustix` rounds to milliseconds and older C libraries lack `epoll_pwait2`.
        let count = unsafe {
            libc::syscall(
                libc::SYS_epoll_pwait2,
                self.set.as_raw_fd(),
                ready.events.as_mut_ptr(),
                ready.events.len(),
                timeout,
                no_signals,
                no_length,
            )
        };
        ready.count = usize::try_from(count).unwrap_or(0);
        if count < 0 {
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        Ok(())
    }
}
