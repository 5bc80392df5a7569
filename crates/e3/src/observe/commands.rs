//! The commands of this program by which an environment is brought up, run and taken down, as somebody would type them.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::{fault::Fault, stop::Stop};

/// How long taking down may take, even where all else has taken too long.
const LAST: Duration = Duration::from_mins(1);

/// How long one that was asked to end may clean up after itself.
const CLEANING: Duration = Duration::from_secs(15);

/// Between two looks whether one has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// Where they are given, and with what.
pub(super) struct Commands {
    /// The environment's folder.
    pub(super) folder: PathBuf,
    /// Where state and hosts' files are kept, so that nothing else is among them.
    pub(super) home: PathBuf,
    /// The file that says what is captured.
    pub(super) captures: PathBuf,
    /// When all of them have to have ended.
    pub(super) until: Instant,
    /// Whether somebody has asked for the end: then nothing is begun any more but what takes things down.
    pub(super) stop: Stop,
}

/// What takes an environment down.
const DOWN: &str = "down";

impl Commands {
    /// Runs one to its end.
    ///
    /// # Errors
    /// It failed, or it does not end in time; somebody has asked for the end.
    pub(super) fn run(&self, words: &[&str]) -> Result<String, Fault> {
        self.run_until(self.until, words)
    }

    /// Takes down what is up, late though it may be.
    ///
    /// # Errors
    /// As [`Commands::run`].
    pub(super) fn down(&self) -> Result<(), Fault> {
        let until = self.until.max(Instant::now() + LAST);
        self.run_until(until, &[DOWN]).map(drop)
    }

    fn run_until(&self, until: Instant, words: &[&str]) -> Result<String, Fault> {
        let shown = words.join(" ");
        let failed = |error: io::Error| Fault::user(format!("`e3 {shown}`: {error}"));
        let printed = |name: &str| self.home.join(name);
        let (out, err) = (printed("out"), printed("err"));
        let mut child = Command::new(env::current_exe().map_err(failed)?)
            .args(words)
            .current_dir(&self.folder)
            .env("XDG_STATE_HOME", self.home.join("state"))
            .env("XDG_DATA_HOME", self.home.join("data"))
            .env("E3_CAPTURE", &self.captures)
            .stdin(Stdio::null())
            .stdout(fs::File::create(&out).map_err(failed)?)
            .stderr(fs::File::create(&err).map_err(failed)?)
            .spawn()
            .map_err(failed)?;
        let mut until = until;
        let mut is_asked = words.contains(&DOWN);
        let status = loop {
            if let Some(status) = child.try_wait().map_err(failed)? {
                break status;
            }
            if !is_asked && self.stop.is_asked() {
                is_asked = true;
                until = until.min(Instant::now() + CLEANING);
                let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
                // It may have ended meanwhile.
                let _ = pid.map(|pid| kill_process(pid, Signal::INT));
            }
            if Instant::now() > until {
                let _ = child.kill();
                let _ = child.wait();
                return Err(Fault::user(format!(
                    "`e3 {shown}` has not ended in the time that an observation may take"
                )));
            }
            thread::sleep(PAUSE);
        };
        if self.stop.is_asked() && !words.contains(&DOWN) {
            return Err(Fault::interrupted());
        }
        if !status.success() {
            let told = fs::read_to_string(&err).unwrap_or_default();
            return Err(Fault::user(format!("`e3 {shown}` failed")).detail(told));
        }
        fs::read_to_string(&out).map_err(failed)
    }

    /// The document that one prints.
    ///
    /// # Errors
    /// As [`Commands::run`]; or what it prints is none.
    pub(super) fn document(&self, words: &[&str]) -> Result<Value, Fault> {
        let printed = self.run(&[words, &["--json"]].concat())?;
        serde_json::from_str(&printed).map_err(|error| {
            Fault::ours(format!(
                "`e3 {}` prints no document: {error}",
                words.join(" ")
            ))
        })
    }

    /// The files of hosts and the holder's state.
    pub(super) fn kept(&self) -> [PathBuf; 2] {
        [self.home.join("state"), self.home.join("data")]
    }
}

/// Every file below a folder that can be read.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files(&entry.path())),
            // Reading a pipe would wait for who writes into it.
            Ok(kind) if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found.sort();
    found
}
