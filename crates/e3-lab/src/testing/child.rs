//! Running a process with a limit on its time.

use std::io::{self, Read};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use e3_sys::process;
use rustix::process::{Pid, Signal, kill_process_group};

/// How a process ended.
pub(super) struct Ended {
    /// Its exit code (−1 if a signal ended it); none if its time was up.
    pub(super) code: Option<i32>,
    /// What it printed, if that was asked for.
    pub(super) output: String,
}

/// Runs a command; kills it when its time is up. It gets a session of its own; whatever it leaves in its process
/// group is killed too, and with it
/// everything inside its namespaces.
pub(super) fn run(command: &mut Command, limit: Duration) -> io::Result<Ended> {
    // Other processes' load would be the test's, too, in a common session.
    process::own_session(command);
    let mut child = command.spawn()?;
    let outputs = [
        child.stdout.take().map(reader),
        child.stderr.take().map(reader),
    ];
    let code = wait(&mut child, limit)?;
    if let Ok(Some(group)) = i32::try_from(child.id()).map(Pid::from_raw) {
        // Most tests leave nothing, and then there is no such group any more.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let output = outputs
        .into_iter()
        .flatten()
        .map(|reader| reader.join().unwrap_or_default())
        .collect();
    Ok(Ended { code, output })
}

fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<i32>> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.code().unwrap_or(-1)));
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

fn reader(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What could be read is what there is to show.
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
