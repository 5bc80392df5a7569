//! The wide area: one router in user space that every packet between sites passes through.
//!
//! Every site's line is a TUN interface. A packet that comes out of one is held for as long as the path takes and
//! written to another. Packets may be up to 64 KiB long, to be cut by whoever receives them, so that a fast stream
//! costs few reads. They are cut here only where lines or paths lose, space or double packets one by one.

use std::fs::File;
use std::io;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use e3_sys::epoll::Epoll;
use e3_sys::process;
use e3_sys::schedule::{self, Promptness};

use crate::plan::Plan;

mod alarm;
mod buffers;
mod control;
pub(crate) mod cut;
mod forward;
mod hands;
mod lateness;
mod line;
pub(crate) mod packet;
mod path;
mod periods;
mod queue;
mod random;
mod router;
mod standby;
mod state;
mod tally;
mod traffic;
mod unreachable;

pub use lateness::Lateness;
pub(crate) use traffic::Counted;
pub use traffic::{Counters, Drops, PairCounters, Traffic};

pub(crate) use periods::Late;
pub(crate) use random::Random;

pub(crate) use control::{Control, Ended};
use router::BELL;
use standby::Shared;

pub(crate) use router::Router;

/// The running wide area; ends when dropped.
pub(crate) struct Wan {
    control: Control,
    threads: Vec<JoinHandle<()>>,
}

impl Wan {
    /// Starts routing between the sites' lines, in the order of the plan's sites.
    pub(crate) fn start(plan: &Plan, lines: Vec<File>) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        for (token, line) in (0..).zip(&lines) {
            epoll.add(line, token)?;
        }
        let (control, tasks) = control::channel()?;
        epoll.add(tasks.bell(), BELL)?;
        let shared = Shared::new(Router::new(plan, lines, tasks), epoll);
        let (told, promptness) = mpsc::sync_channel(1);
        let router = Arc::clone(&shared);
        let thread = thread::Builder::new().name("wide-area".into());
        let thread = thread.spawn(move || {
            // Nobody hears it where starting has failed meanwhile.
            let _ = told.send(schedule::be_prompt());
            or_end_all(|| Router::run(&router));
        })?;
        let mut wan = Self {
            control,
            threads: vec![thread],
        };
        match promptness.recv().unwrap_or(Promptness::Ordinary) {
            Promptness::RealTime => return Ok(wan),
            Promptness::ShortSlice => {}
            Promptness::Ordinary => tracing::warn!(
                "the wide-area router cannot be scheduled promptly here; delays may be too long under load"
            ),
        }
        wan.threads.extend(standby::start(&shared)?);
        Ok(wan)
    }

    /// A way to reach the router that does not keep it running.
    pub(crate) fn control(&self) -> Control {
        self.control.clone()
    }

    /// Lets the router's thread do something between two packets, and waits for what it returns.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Router) -> T + Send + 'static,
    ) -> Result<T, Ended> {
        self.control.call(work)
    }
}

/// The exit code of a process that has lost its wide area.
const NO_WIDE_AREA: i32 = 70;

/// Does the router's work. Should it fail, this process ends, and with it all that is inside: without a wide area,
/// programs would wait for one another until their own time-outs.
fn or_end_all(work: impl FnOnce() -> io::Result<()>) {
    struct Panicked;
    impl Drop for Panicked {
        fn drop(&mut self) {
            process::exit_now(NO_WIDE_AREA);
        }
    }
    let panicked = Panicked;
    if let Err(error) = work() {
        tracing::error!("the wide-area router has failed, and so the lab ends: {error}");
        process::exit_now(NO_WIDE_AREA);
    }
    std::mem::forget(panicked);
}

impl Drop for Wan {
    fn drop(&mut self) {
        let _ = self.control.send(Router::end);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::process::Command;

    use super::*;

    const TRIED: &str = "E3_TEST_ROUTER";

    #[test]
    fn all_ends_with_the_router() {
        match env::var(TRIED).ok().as_deref() {
            Some("fine") => or_end_all(|| Ok(())),
            Some("error") => or_end_all(|| Err(io::ErrorKind::Other.into())),
            Some(_) => or_end_all(|| panic!("as the test wants")),
            None => {
                for (how, code) in [("fine", 0), ("error", 70), ("panic", 70)] {
                    let mut again = Command::new(env::current_exe().unwrap());
                    again.args(["--exact", "wan::tests::all_ends_with_the_router"]);
                    let status = again.env(TRIED, how).output().unwrap().status;
                    assert_eq!(status.code(), Some(code), "{how}");
                }
            }
        }
    }
}
