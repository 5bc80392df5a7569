//! Moving the process into namespaces of its own, so that a lab needs no rights and leaves no trace.
//!
//! [`enter`] makes three processes out of one:
//!
//! ```text
//! guardian         the caller, unchanged: waits, passes signals on, ends with the exit code from inside
//! └─ init          the first process of the new PID namespace: reaps orphans, ends when its child ends
//!    └─ inside     where `enter` returns a second time: the rest of the program
//! ```
//!
//! Inside are a user namespace (except where it is refused to a caller that may do without), a PID, a mount, a network
//! and a UTS namespace, with a /proc of their own and a loopback interface. The death of any of the three ends
//! everything inside: the kernel kills all processes of a PID namespace with its first, interfaces and mounts go with
//! the last process that uses them, and init ends everything when the guardian has died.
//!
//! All three share the descriptors that were open before. Init is the last to end, or the guardian where init was
//! killed: a lock (`flock`) taken before is free only when nothing is left inside.

use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;

use e3_sys::init;
use e3_sys::process::{self, Side, User};
use e3_sys::schedule;
use e3_sys::signal::Blocked;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::Pid;

mod forbidden;
mod setup;

pub use forbidden::EnterError;
pub use setup::Step;

/// How to enter.
#[derive(Debug, Clone, Copy, Default)]
pub struct EnterOptions {
    /// Do without a user namespace, which takes the right to (root's), as where there may be none. The machine's
    /// mounts, clock and kernel settings are then within reach of what runs inside.
    pub skip_user_namespace: bool,
}

/// Which process the caller of [`enter`] is now.
#[derive(Debug)]
pub enum Role {
    /// The process that called it, outside.
    Guardian(Guardian),
    /// The new process, inside.
    Inside,
}

/// What the calling process has left to do.
#[derive(Debug)]
pub struct Guardian {
    init: Pid,
    blocked: Blocked,
    /// By this pipe's end init sees that the guardian has died.
    _alive: OwnedFd,
}

impl Guardian {
    /// Waits until everything inside has ended; the exit code from inside, or 128 + the number of the signal that
    /// ended init. SIGTERM, SIGHUP, SIGINT and SIGQUIT that a process sends here are passed on; Ctrl-C on a terminal
    /// reaches the inside by itself and does not end the guardian.
    pub fn wait(self) -> io::Result<i32> {
        init::wait_for(self.init, &self.blocked)
    }

    /// The process id of init, seen from here. Killing it ends everything inside.
    pub fn init(&self) -> u32 {
        self.init.as_raw_pid().unsigned_abs()
    }
}

/// Moves the rest of the program into namespaces of its own. Returns twice: to the caller as [`Role::Guardian`], which
/// should do nothing but wait, and in a new process as [`Role::Inside`].
///
/// Must be called before the process starts any thread.
///
/// # Errors
/// What is forbidden here, by what, and how to allow it. Nothing is left of the attempt then.
pub fn enter(options: EnterOptions) -> Result<Role, EnterError> {
    if options.skip_user_namespace {
        return attempt(User::Same);
    }
    schedule::pass_on_promptness();
    match attempt(User::New) {
        // Where even root may not have one, root can do without.
        Err(refused) => attempt(User::Same).map_err(|_| refused),
        done => done,
    }
}

/// Moves the rest of the program into namespaces of its own, and lets the process that calls it wait outside and end
/// with the exit code from inside: [`enter`], for programs that have nothing to do outside.
///
/// Must be called before the process starts any thread.
///
/// # Errors
/// What is forbidden here, by what, and how to allow it.
pub fn enter_or_exit() -> Result<(), EnterError> {
    match enter(EnterOptions::default())? {
        Role::Inside => Ok(()),
        Role::Guardian(guardian) => std::process::exit(guardian.wait().unwrap_or(2)),
    }
}

fn attempt(user: User) -> Result<Role, EnterError> {
    let threads = process::threads().map_err(EnterError::Prepare)?;
    if threads > 1 {
        return Err(EnterError::Threads { threads });
    }
    let blocked = Blocked::new().map_err(EnterError::Prepare)?;
    let (parent_lives, alive) = pipe()?;
    let (outcome, report) = pipe()?;
    let ids = setup::Ids::of_caller(user);
    match process::clone_into(user).map_err(|error| forbidden::explain(Step::Namespaces, error))? {
        Side::Parent(init) => {
            drop(report);
            ids.tell(init, &alive);
            let guardian = Guardian {
                init,
                blocked,
                _alive: alive,
            };
            match read_outcome(outcome) {
                Ok(()) => Ok(Role::Guardian(guardian)),
                Err(error) => {
                    let _ = guardian.wait();
                    Err(error)
                }
            }
        }
        Side::Child => {
            drop((alive, outcome));
            first_process(&ids, &parent_lives, report, blocked);
            Ok(Role::Inside)
        }
    }
}

/// What init does; returns only in its child, which is inside.
fn first_process(ids: &setup::Ids, parent_lives: &OwnedFd, report: OwnedFd, blocked: Blocked) {
    if process::hear_of_parents_end().is_err() || is_closed(parent_lives) {
        process::exit_now(1);
    }
    match setup::prepare(ids, parent_lives)
        .and_then(|()| process::fork().map_err(|error| (Step::Fork, error)))
    {
        Ok(Side::Child) => drop(blocked),
        Ok(Side::Parent(child)) => {
            write_outcome(report, None);
            init::run(child, &blocked, || !is_closed(parent_lives))
        }
        Err((step, error)) => {
            write_outcome(report, Some((step, &error)));
            process::exit_now(1)
        }
    }
}

fn pipe() -> Result<(OwnedFd, OwnedFd), EnterError> {
    pipe_with(PipeFlags::CLOEXEC).map_err(|error| EnterError::Prepare(error.into()))
}

fn is_closed(pipe: &OwnedFd) -> bool {
    let mut waiting = [PollFd::new(pipe, PollFlags::empty())];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    poll(&mut waiting, Some(&at_once)).is_ok_and(|ready| ready > 0)
}

/// What init tells the guardian: nothing wrong, or the step that failed and the kernel's error number.
fn write_outcome(report: OwnedFd, failure: Option<(Step, &io::Error)>) {
    let (step, number) = failure.map_or((0, 0), |(step, error)| {
        (step as u8, error.raw_os_error().unwrap_or(0))
    });
    let [a, b, c, d] = number.to_ne_bytes();
    // If nobody listens any more, the guardian is gone and init goes too.
    let _ = std::fs::File::from(report).write_all(&[step, a, b, c, d]);
}

fn read_outcome(outcome: OwnedFd) -> Result<(), EnterError> {
    let mut told = Vec::new();
    let _ = std::fs::File::from(outcome).read_to_end(&mut told);
    let [step, number @ ..] = told.as_slice() else {
        return Err(EnterError::Died);
    };
    match (Step::from_number(*step), <[u8; 4]>::try_from(number)) {
        (None, Ok(_)) if *step == 0 => Ok(()),
        (Some(step), Ok(number)) => Err(forbidden::explain(
            step,
            io::Error::from_raw_os_error(i32::from_ne_bytes(number)),
        )),
        _ => Err(EnterError::Died),
    }
}
