//! Blocking and awaiting signals.

use std::io;
use std::mem::MaybeUninit;

use rustix::process::Signal;

/// The signals that ask a program to end, and the death of a child: what a process that only waits has to handle.
const AWAITED: [Signal; 5] = [
    Signal::CHILD,
    Signal::INT,
    Signal::TERM,
    Signal::HUP,
    Signal::QUIT,
];

/// A signal that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// Which.
    pub signal: Signal,
    /// Whether a process sent it, rather than the kernel (as a terminal's Ctrl-C is, which everyone in the
    /// foreground gets).
    pub sent_by_process: bool,
}

/// Blocks SIGCHLD, SIGINT, SIGTERM, SIGHUP and SIGQUIT for the calling thread for as long as this lives, so that they
/// can be awaited.
#[derive(Debug)]
pub struct Blocked {
    before: libc::sigset_t,
}

impl Blocked {
    /// Blocks them.
    pub fn new() -> io::Result<Self> {
        let awaited = set();
        let mut before = MaybeUninit::uninit();
        // SAFETY: both sets are valid for the call, which fills `before`.
        let before = unsafe {
            check(libc::pthread_sigmask(
                libc::SIG_BLOCK,
                &raw const awaited,
                before.as_mut_ptr(),
            ))?;
            before.assume_init()
        };
        Ok(Self { before })
    }

    /// Waits for the next of the blocked signals.
    pub fn wait(&self) -> io::Result<Arrived> {
        let awaited = set();
        loop {
            let mut info = MaybeUninit::<libc::siginfo_t>::uninit();
            // SAFETY: both pointers are valid for the call, which fills `info` when it succeeds.
            let number = unsafe { libc::sigwaitinfo(&raw const awaited, info.as_mut_ptr()) };
            if let Some(signal) = Signal::from_named_raw(number) {
                // SAFETY: sigwaitinfo has succeeded.
                let code = unsafe { info.assume_init() }.si_code;
                return Ok(Arrived {
                    signal,
                    sent_by_process: code <= 0,
                });
            }
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        restore(&self.before);
    }
}

fn restore(before: &libc::sigset_t) {
    // SAFETY: `before` came from the kernel. Failure is impossible for a valid set.
    unsafe {
        libc::pthread_sigmask(
            libc::SIG_SETMASK,
            std::ptr::from_ref(before),
            std::ptr::null_mut(),
        )
    };
}

/// Blocks all signals for the calling thread for as long as this lives, so that a process that it forks meanwhile runs
/// none of its handlers.
#[derive(Debug)]
pub(crate) struct AllBlocked {
    before: libc::sigset_t,
}

impl AllBlocked {
    pub(crate) fn new() -> io::Result<Self> {
        let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        // SAFETY: sigfillset initialises the set, and pthread_sigmask fills `before` when it succeeds.
        let before = unsafe {
            libc::sigfillset(all.as_mut_ptr());
            check(libc::pthread_sigmask(
                libc::SIG_BLOCK,
                all.as_ptr(),
                before.as_mut_ptr(),
            ))?;
            before.assume_init()
        };
        Ok(Self { before })
    }
}

impl Drop for AllBlocked {
    fn drop(&mut self) {
        restore(&self.before);
    }
}

fn set() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: sigemptyset initialises the set, and the signals are valid.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in AWAITED {
            libc::sigaddset(set.as_mut_ptr(), signal.as_raw());
        }
        set.assume_init()
    }
}

fn check(error: libc::c_int) -> io::Result<()> {
    if error == 0 {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(error))
    }
}
