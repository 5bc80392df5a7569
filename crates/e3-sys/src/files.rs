//! How many files a process may have open.

use std::io;
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

/// Gives this process, and what it starts, the limit from before [`allow_many`].
pub(crate) fn allow_as_before() -> io::Result<()> {
    match BEFORE.get() {
        Some(before) => Ok(setrlimit(Resource::Nofile, *before)?),
        None => Ok(()),
    }
}
