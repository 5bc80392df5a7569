//! How many files a process may have open.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::sync::OnceLock;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The limit that this process was started with.
static BEFORE: OnceLock<Rlimit> = OnceLock::new();

/// Allows this process as many open files as it may allow itself (`RLIMIT_NOFILE`, whose soft limit is low for programs
/// that cannot count further): a lab keeps several open for each of its hosts.
pub fn allow_many() {
    let before = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: before.maximum,
        maximum: before.maximum,
    };
    // Where it is refused, the limit stays as it is.
    if setrlimit(Resource::Nofile, most).is_ok() {
        BEFORE.get_or_init(|| before);
    }
}

/// How many files this process may have open now.
pub fn allowed() -> usize {
    let allowed = getrlimit(Resource::Nofile).current;
    allowed.map_or(usize::MAX, |allowed| {
        usize::try_from(allowed).unwrap_or(usize::MAX)
    })
}

/// Gives a command the limit from before [`allow_many`]: programs that cannot count further would not get on with
/// another.
pub fn leave_as_before(command: &mut Command) {
    // SAFETY: between fork and exec, `allow_as_before` makes one system call; it neither allocates nor locks.
    unsafe { command.pre_exec(allow_as_before) };
}

/// Gives this process, and what it starts, the limit from before [`allow_many`].
pub(crate) fn allow_as_before() -> io::Result<()> {
    match BEFORE.get() {
        Some(before) => Ok(setrlimit(Resource::Nofile, *before)?),
        None => Ok(()),
    }
}
