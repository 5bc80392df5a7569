//! A command that goes on, with an end to all patience.

use std::{
    cell::RefCell,
    fs::{self, File},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    rc::Rc,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{desk::Ran, seen::Seen};

/// Nothing here takes as long, however busy the machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);
/// Between two looks.
pub(crate) const PAUSE: Duration = Duration::from_millis(10);

/// A command that was started. Dropped before its end, it is killed.
pub(crate) struct Going {
    child: Child,
    what: String,
    out: PathBuf,
    err: PathBuf,
    seen: Rc<RefCell<Seen>>,
    mark: PathBuf,
    patience: Duration,
}

impl Going {
    /// Starts it; what it prints goes to files, so that it never waits for a reader.
    pub(crate) fn start(
        mut command: Command,
        prints: &Path,
        seen: Rc<RefCell<Seen>>,
        mark: PathBuf,
    ) -> Self {
        let (out, err) = (prints.with_extension("out"), prints.with_extension("err"));
        let child = command
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&err).unwrap())
            .spawn()
            .unwrap();
        let words: Vec<_> = command
            .get_args()
            .map(|word| word.to_string_lossy())
            .collect();
        Self {
            child,
            what: format!("`e3 {}`", words.join(" ")),
            out,
            err,
            seen,
            mark,
            patience: PATIENCE,
        }
    }

    /// The same, waited for longer: it has much to do.
    #[allow(dead_code, reason = "each test program uses a part of it")]
    pub(crate) fn patiently(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed until now.
    pub(crate) fn printed(&self) -> (String, String) {
        let read = |path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        (read(&self.out), read(&self.err))
    }

    /// Waits until standard error holds this text.
    #[track_caller]
    pub(crate) fn until(&mut self, text: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.printed().1.contains(text) {
            assert!(
                self.child.try_wait().unwrap().is_none(),
                "{} has ended before it said `{text}`: {:#?}",
                self.what,
                self.printed()
            );
            assert!(
                Instant::now() < end,
                "{} did not say `{text}`: {:#?}",
                self.what,
                self.printed()
            );
            thread::sleep(PAUSE);
        }
    }

    /// Sends a signal to the command alone.
    pub(crate) fn signal(&self, signal: Signal) {
        kill(self.pid(), signal);
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn status(&mut self) -> ExitStatus {
        let begin = Instant::now();
        let mut looked = begin;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            if looked.elapsed() > 4 * PAUSE {
                self.seen.borrow_mut().look(&self.mark);
                looked = Instant::now();
            }
            assert!(
                begin.elapsed() < self.patience,
                "{} did not end within {:?}: {:#?}",
                self.what,
                self.patience,
                self.printed()
            );
            thread::sleep(PAUSE / 4);
        }
    }

    /// Waits for its end by itself.
    #[track_caller]
    pub(crate) fn ended(mut self) -> Ran {
        let status = self.status();
        let (out, err) = self.printed();
        let Some(code) = status.code() else {
            panic!(
                "{} was ended by signal {:?}: {err}",
                self.what,
                status.signal()
            )
        };
        Ran { code, out, err }
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            self.child.kill().unwrap();
            self.child.wait().unwrap();
        }
    }
}

/// Sends a signal, unless the process has just ended.
pub(crate) fn kill(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    let _ = kill_process(pid, signal);
}
