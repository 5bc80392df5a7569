//! A command of E³'s own that has so long and no longer.

use std::io::{ErrorKind, Read};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use e3_sys::process::tell_of_threads_end;
use rustix::process::{Pid, Signal, kill_process};

use crate::stop::Stop;

/// Between two looks whether it has ended.
const LOOK: Duration = Duration::from_millis(20);
/// How long a command that was asked to end may clean up after itself.
const CLEANING: Duration = Duration::from_secs(30);

/// How long what a command has said is waited for once it has ended.
const LAST_WORDS: Duration = Duration::from_secs(2);

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

/// Runs a command for at most `limit`. It is in a group of its own, so that Ctrl-C reaches it once, through us, and it can
/// take away what it has made; it is asked to end, too, where we end without having said so.
///
/// # Errors
/// It cannot be started.
pub fn run(command: &mut Command, limit: Duration, stop: &Stop) -> std::io::Result<Ended> {
    let began = Instant::now();
    tell_of_threads_end(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let printed = child.stdout.take().map(Heard::listen);
    let errors = child.stderr.take().map(Heard::listen);
    let (status, was_stopped) = wait(&mut child, began + limit, stop)?;
    let took = began.elapsed();
    let soon = Instant::now() + LAST_WORDS;
    Ok(Ended {
        printed: printed.map(|heard| heard.until(soon)).unwrap_or_default(),
        errors: errors.map(|heard| heard.until(soon)).unwrap_or_default(),
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

/// What a command says, as it says it.
struct Heard {
    bytes: Arc<Mutex<Vec<u8>>>,
    listener: JoinHandle<()>,
}

impl Heard {
    fn listen(mut from: impl Read + Send + 'static) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&bytes);
        let listener = thread::spawn(move || {
            let mut some = [0; 8192];
            loop {
                let count = match from.read(&mut some) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    // What was read before it broke is what there is.
                    Ok(0) | Err(_) => return,
                    Ok(count) => count,
                };
                let mut all = heard.lock().unwrap_or_else(PoisonError::into_inner);
                all.extend_from_slice(some.get(..count).unwrap_or_default());
            }
        });
        Self { bytes, listener }
    }

    /// All that was said. A process that a killed command has left may hold its end open for as long as it likes: then what
    /// was said until then.
    fn until(self, end: Instant) -> Vec<u8> {
        while !self.listener.is_finished() && Instant::now() < end {
            thread::sleep(LOOK);
        }
        let mut bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_prints_is_told() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 3"]);
        let ended = run(&mut command, Duration::from_secs(20), &Stop::never()).unwrap();
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
        let ended = run(&mut command, Duration::from_millis(300), &Stop::never()).unwrap();
        assert_eq!(ended.printed, b"cleaned\n");
        assert!(ended.was_stopped && ended.took < Duration::from_secs(20));
    }

    #[test]
    fn it_is_asked_to_end_when_somebody_asks() {
        let stop = Stop::never();
        stop.ask();
        let mut command = Command::new("sleep");
        let ended = run(command.arg("60"), Duration::from_mins(1), &stop).unwrap();
        assert!(ended.was_stopped);
    }

    #[test]
    fn who_holds_a_commands_end_open_is_not_waited_for() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 60 & echo $!"]);
        let began = Instant::now();
        let ended = run(&mut command, Duration::from_secs(20), &Stop::never()).unwrap();
        let printed = String::from_utf8(ended.printed).unwrap();
        let left = Pid::from_raw(printed.trim().parse().unwrap()).unwrap();
        kill_process(left, Signal::KILL).unwrap();
        assert!(began.elapsed() < Duration::from_secs(50));
    }
}
