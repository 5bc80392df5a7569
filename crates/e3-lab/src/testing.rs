//! Tests that need a lab: each in namespaces and a process tree of its own.
//!
//! Namespaces must be entered before a process starts threads, and Rust's own test runner is one that has. A test
//! binary with `harness = false` uses this runner instead, which behaves and prints like Rust's:
//!
//! ```no_run
//! use e3_lab::testing::{Test, run};
//!
//! fn two_hosts_reach_each_other() {
//!     // build a lab, assert things
//! }
//!
//! fn main() {
//!     run(&[Test::inside("two_hosts_reach_each_other", two_hosts_reach_each_other)]);
//! }
//! ```
//!
//! Filters (substrings of names), `--exact`, `--skip NAME`, `--list` and `--nocapture` work as usual; tests run one
//! after another, because they measure time, and beside them, a few at a time, those that do little but wait
//! ([`Test::waiting`]). A test that panics, exits with another code than 0 or takes longer than
//! its limit has failed, and whatever it has started is killed.
//! Those that take minutes ([`Test::long`]) are left out, and that is said, unless `E3_ALL` is in the environment.
//! With `E3_TEST_NO_USER_NAMESPACE` in the environment, root does without a user namespace.
//!
//! Of what a test captures ([`MemoryFile`]) or finds elsewhere, [`Secrets`] tells whether it shows what it must not.

use std::env;
use std::process::Command;
use std::time::Duration;

use e3_sys::process;

use crate::enter::{EnterOptions, Role, enter};

mod arguments;
mod child;
mod chosen;
mod memory;
mod secrets;

use arguments::Arguments;
pub use memory::MemoryFile;
pub use secrets::Secrets;

/// How long a test may take unless it says otherwise.
const LIMIT: Duration = Duration::from_mins(1);

/// The first argument of the process that runs one test.
const RUN_ONE: &str = "--e3-run-one";

/// A test.
#[derive(Debug, Clone, Copy)]
pub struct Test {
    name: &'static str,
    place: Place,
    limit: Duration,
    waits: bool,
    long: bool,
    body: fn(),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Inside,
    Outside,
    Helper,
}

impl Test {
    /// A test that runs inside namespaces of its own (see [`enter`]).
    pub const fn inside(name: &'static str, body: fn()) -> Self {
        Self {
            name,
            place: Place::Inside,
            limit: LIMIT,
            waits: false,
            long: false,
            body,
        }
    }

    /// A test that runs in a process of its own, outside, without threads: one that looks at labs from outside.
    pub const fn outside(name: &'static str, body: fn()) -> Self {
        Self {
            name,
            place: Place::Outside,
            limit: LIMIT,
            waits: false,
            long: false,
            body,
        }
    }

    /// No test, but what a test may start as a process by [`helper`], outside and without threads.
    pub const fn helper(name: &'static str, body: fn()) -> Self {
        Self {
            name,
            place: Place::Helper,
            limit: LIMIT,
            waits: false,
            long: false,
            body,
        }
    }

    /// The same with another limit on the time that it may take.
    #[must_use]
    pub const fn within(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    /// The same, run beside the others: it spends its time waiting and needs no processor for itself.
    #[must_use]
    pub const fn waiting(self) -> Self {
        Self {
            waits: true,
            ..self
        }
    }

    /// The same, left out unless `E3_ALL` is in the environment: it takes minutes.
    #[must_use]
    pub const fn long(self) -> Self {
        Self { long: true, ..self }
    }
}

/// The command that starts a helper of this test binary, which ends at the latest with the thread that starts it.
///
/// # Panics
/// If the running program cannot be found.
#[allow(clippy::expect_used)] // Only tests call this, and they may.
pub fn helper(name: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("the running program can be found"));
    command.args([RUN_ONE, name]);
    process::tie_to_thread(&mut command);
    command
}

/// Runs the tests that the command line asks for and ends the process with their outcome. To be called first thing in
/// `main`.
pub fn run(tests: &[Test]) -> ! {
    let mut arguments = env::args().skip(1);
    let code = match (arguments.next().as_deref(), arguments.next()) {
        (Some(RUN_ONE), Some(name)) => run_one(tests, &name),
        _ => chosen::run(tests, &Arguments::parse(env::args().skip(1))),
    };
    std::process::exit(code)
}

/// Runs one test in this process.
fn run_one(tests: &[Test], name: &str) -> i32 {
    let Some(test) = tests.iter().find(|test| test.name == name) else {
        eprintln!("there is no test `{name}`");
        return 2;
    };
    if test.place != Place::Inside {
        (test.body)();
        return 0;
    }
    match enter(EnterOptions {
        skip_user_namespace: env::var_os("E3_TEST_NO_USER_NAMESPACE").is_some(),
    }) {
        Ok(Role::Guardian(guardian)) => guardian.wait().unwrap_or(2),
        Ok(Role::Inside) => {
            (test.body)();
            0
        }
        Err(error) => {
            eprintln!("{error}");
            2
        }
    }
}
