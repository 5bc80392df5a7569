//! Starting processes in new namespaces, forking, ending.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Pid, Signal, getpid};

/// Which side of a fork the caller is on.
#[derive(Debug)]
pub enum Side {
    /// The caller started this process.
    Parent(Pid),
    /// The caller is the new process.
    Child,
}

/// Namespaces that [`clone_into`] makes for a new process, besides a PID, mount, network and UTS namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// The new process stays in the caller's user namespace, which takes `CAP_SYS_ADMIN`.
    Same,
    /// The new process gets a user namespace of its own, in which it may do everything.
    New,
}

/// Starts a process that is the first of a new PID namespace and has its own mount, network and UTS namespace. The
/// caller stays where it is.
///
/// The new process is a copy of the caller, as after `fork`; fails where the caller has other threads.
pub fn clone_into(user: User) -> io::Result<Side> {
    alone()?;
    let user = match user {
        User::Same => 0,
        User::New => libc::CLONE_NEWUSER,
    };
    let flags = user
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWNET
        | libc::CLONE_NEWUTS
        | libc::SIGCHLD;
    let (stack, parent_tid, child_tid, tls) = (0_usize, 0_usize, 0_usize, 0_usize);
    // SAFETY: without CLONE_VM and without a stack this is fork: the child runs on a copy of this stack. There is no
    // other thread, so that no lock is held by one that the child lacks.
    let pid = unsafe {
        libc::syscall(
            libc::SYS_clone,
            libc::c_long::from(flags),
            stack,
            parent_tid,
            child_tid,
            tls,
        )
    };
    side(pid)
}

/// Forks; fails where the caller has other threads.
pub fn fork() -> io::Result<Side> {
    alone()?;
    // SAFETY: there is no other thread, so that the child may go on like the parent.
    side(libc::c_long::from(unsafe { libc::fork() }))
}

/// What `fork` and `clone` return: the child's id, or zero in the child, or less where there is no child.
fn side(pid: libc::c_long) -> io::Result<Side> {
    if pid < 0 {
        return Err(io::Error::last_os_error());
    }
    // Process ids have at most 22 bits.
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    Ok(pid.map_or(Side::Child, Side::Parent))
}

/// How many threads this process has.
pub fn threads() -> io::Result<usize> {
    Ok(fs::read_dir("/proc/self/task")?.count())
}

fn alone() -> io::Result<()> {
    match threads()? {
        1 => Ok(()),
        n => Err(io::Error::other(format!(
            "this must happen before any thread starts, and {n} run already"
        ))),
    }
}

/// Closes whatever a program was started with beside its standard streams: files of its caller that it, and what it
/// starts, should not hold open. To be called at a program's very beginning, before it has opened anything.
pub fn close_inherited() {
    let (first, no_flags) = (3_u32, 0);
    // SAFETY: nobody here owns these descriptors. Kernels before 5.9 lack the call, and then they stay open.
    unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, no_flags) };
}

/// Ends this process at once, without running anything that waits for its end (destructors, `atexit`).
pub fn exit_now(code: i32) -> ! {
    // SAFETY: _exit has no preconditions.
    unsafe { libc::_exit(code) }
}

/// Makes the kernel send this process SIGTERM when the *thread* that started it ends.
pub fn hear_of_parents_end() -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::TERM))?;
    Ok(())
}

/// Makes the kernel kill this process when the *thread* that started it ends.
pub fn die_with_parent() -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    Ok(())
}

/// Makes the kernel kill the process that `command` becomes when the *thread* that starts it ends: only for threads that
/// last as long as the process should.
pub fn tie_to_thread(command: &mut Command) {
    // SAFETY: between fork and exec, only a system call is made.
    unsafe { command.pre_exec(die_with_parent) };
}

/// Makes the kernel send SIGTERM to the process that `command` becomes when the *thread* that starts it ends, so that it can
/// take away what it has made: only for threads that last as long as the process should.
pub fn tell_of_threads_end(command: &mut Command) {
    // SAFETY: between fork and exec, only a system call is made.
    unsafe { command.pre_exec(hear_of_parents_end) };
}

/// Makes `command` begin a session of its own, and with it a process group.
///
/// The kernel may share the processors between sessions first (autogroup, sched(7)), and only then between the threads
/// of each: what computes a lot should not be in the same session as what has to wake in time.
pub fn own_session(command: &mut Command) {
    // SAFETY: `begin_session` only makes a system call, which is async-signal-safe.
    unsafe { command.pre_exec(begin_session) };
}

/// Makes this process begin a session, if it does not lead one already.
pub(crate) fn begin_session() -> io::Result<()> {
    match rustix::process::setsid() {
        // Who leads a process group cannot leave it, and need not.
        Ok(_) | Err(rustix::io::Errno::PERM) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Kills all other processes of the PID namespace of which this process is the first; nobody where it is not the first
/// of one.
pub(crate) fn kill_others() {
    if getpid() == Pid::INIT {
        // SAFETY: kill touches no memory.
        unsafe { libc::kill(-1, libc::SIGKILL) };
    }
}

/// Closes standard input, output and error.
///
/// Only for a process that will use none of them again, such as [`crate::init`], and open nothing in their place.
pub(crate) fn close_standard_streams() {
    for stream in 0..=2 {
        // SAFETY: the callers never touch the streams again.
        unsafe { libc::close(stream) };
    }
}
