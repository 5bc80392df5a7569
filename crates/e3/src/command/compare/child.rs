//! A command of E³'s own that has so long and no longer.

use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::fault::Fault;

/// Between two looks whether it has ended.
const LOOK: Duration = Duration::from_millis(20);
/// How long a command that was asked to end may clean up after itself.
const CLEANING: Duration = Duration::from_secs(30);

/// Whether somebody has asked for the end.
#[derive(Clone, Debug)]
pub struct Stop(Arc<AtomicBool>);

/// What became of a command.
#[derive(Debug)]
pub struct Ended {
    /// What it printed on standard output.
    pub printed: Vec<u8>,
    /// What it printed on standard error.
    pub errors: Vec<u8>,
    /// How it ended.
    pub status: ExitStatus,
    /// How long it took.
    pub took: Duration,
    /// Whether it was asked to end, because its time was over or somebody has asked for the end.
    pub was_stopped: bool,
}

impl Stop {
    /// Listens for Ctrl-C from now on.
    ///
    /// # Errors
    /// The system does not let us.
    pub fn listen() -> Result<Self, Fault> {
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&stop))
                .map_err(|error| Fault::ours(format!("cannot listen for Ctrl-C: {error}")))?;
        }
        Ok(Self(stop))
    }

    /// Whether the end was asked for.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Runs a command for at most `limit`. It is in a group of its own, so that Ctrl-C reaches it once, through us, and it can
/// take away what it has made.
///
/// # Errors
/// It cannot be started.
pub fn run(command: &mut Command, limit: Duration, stop: &Stop) -> std::io::Result<Ended> {
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let printed = child.stdout.take().map(read);
    let errors = child.stderr.take().map(read);
    let (status, was_stopped) = wait(&mut child, began + limit, stop)?;
    let took = began.elapsed();
    Ok(Ended {
        printed: joined(printed),
        errors: joined(errors),
        status,
        took,
        was_stopped,
    })
}

fn wait(child: &mut Child, deadline: Instant, stop: &Stop) -> std::io::Result<(ExitStatus, bool)> {
    let mut asked: Option<Instant> = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((status, asked.is_some()));
        }
        let now = Instant::now();
        match asked {
            None if stop.is_asked() || now >= deadline => {
                asked = Some(now);
                if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
                    // It may have ended meanwhile.
                    let _ = kill_process(pid, Signal::INT);
                }
            }
            Some(since) if now.duration_since(since) >= CLEANING => child.kill()?,
            _ => {}
        }
        thread::sleep(LOOK);
    }
}

fn read(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before it broke is what there is.
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

fn joined(thread: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    thread
        .and_then(|thread| thread.join().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never() -> Stop {
        Stop(Arc::default())
    }

    #[test]
    fn what_it_prints_is_told() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 3"]);
        let ended = run(&mut command, Duration::from_secs(20), &never()).unwrap();
        assert_eq!(ended.printed, b"one\n");
        assert_eq!(ended.errors, b"two\n");
        assert_eq!(ended.status.code(), Some(3));
        assert!(!ended.was_stopped);
    }

    #[test]
    fn it_is_asked_to_end_when_its_time_is_over() {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "trap 'echo cleaned; exit 130' INT; while :; do sleep 0.05; done",
        ]);
        let ended = run(&mut command, Duration::from_millis(300), &never()).unwrap();
        assert_eq!(ended.printed, b"cleaned\n");
        assert!(ended.was_stopped && ended.took < Duration::from_secs(20));
    }

    #[test]
    fn it_is_asked_to_end_when_somebody_asks() {
        let stop = never();
        stop.0.store(true, Ordering::Relaxed);
        let mut command = Command::new("sleep");
        let ended = run(command.arg("60"), Duration::from_mins(1), &stop).unwrap();
        assert!(ended.was_stopped);
    }
}
