//! Runs a program to its end, with a time-out.

use std::{
    io::Read,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::PythonError;

/// How often is looked whether a program has ended.
const TICK: Duration = Duration::from_millis(5);

/// What a program printed, and whether it succeeded.
pub(super) struct Finished {
    pub(super) success: bool,
    /// Standard output.
    pub(super) stdout: String,
    /// Standard error.
    pub(super) stderr: String,
}

/// Runs a program; stops it after `limit`. Its standard input is what the caller has set.
pub(super) fn run(command: &mut Command, limit: Duration) -> Result<Finished, PythonError> {
    let program = || Path::new(command_name(command)).to_owned();
    let name = program();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|cause| PythonError::Start {
            program: name.clone(),
            cause,
        })?;
    let failed = |cause| PythonError::Start {
        program: name.clone(),
        cause,
    };
    let readers = read_aside(child.stdout.take())
        .and_then(|stdout| Ok((stdout, read_aside(child.stderr.take())?)));
    let (stdout, stderr) = match readers {
        Ok(readers) => readers,
        Err(cause) => {
            // Nobody listens to it.
            let _ = child.kill().and_then(|()| child.wait());
            return Err(failed(cause));
        }
    };

    let success = wait(&mut child, Instant::now() + limit).map_err(failed)?;
    let Some(success) = success else {
        // The readers end with the last holder of the pipes, which may be a grandchild: they are left alone.
        return Err(PythonError::TimedOut {
            program: name,
            limit,
        });
    };
    let text = |reader: thread::JoinHandle<String>| reader.join().unwrap_or_default();
    Ok(Finished {
        success,
        stdout: text(stdout),
        stderr: text(stderr),
    })
}

fn command_name(command: &Command) -> &std::ffi::OsStr {
    command.get_program()
}

/// Whether the program succeeded; `None` if it had to be stopped.
fn wait(child: &mut Child, deadline: Instant) -> std::io::Result<Option<bool>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(TICK);
    }
}

/// Reads a pipe in a thread of its own, so that a full one never holds up the program.
fn read_aside(
    pipe: Option<impl Read + Send + 'static>,
) -> std::io::Result<thread::JoinHandle<String>> {
    thread::Builder::new().spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was read until an error is still worth showing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

impl Finished {
    /// The last lines of what was printed, for an error message.
    pub(super) fn last_lines(&self) -> String {
        const LINES: usize = 8;
        let printed = if self.stderr.trim().is_empty() {
            &self.stdout
        } else {
            &self.stderr
        };
        let lines: Vec<_> = printed
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let last = lines
            .get(lines.len().saturating_sub(LINES)..)
            .unwrap_or_default();
        last.iter()
            .map(|line| format!("    {line}"))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_streams_and_the_end() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let finished = run(&mut command, Duration::from_secs(10)).unwrap();
        assert!(!finished.success);
        assert_eq!(
            (finished.stdout.as_str(), finished.last_lines().as_str()),
            ("out\n", "    err")
        );
    }

    #[test]
    fn stops_what_does_not_end() {
        let mut command = Command::new("sleep");
        let begun = Instant::now();
        let ended = run(command.arg("60"), Duration::from_millis(50));
        assert!(matches!(ended, Err(PythonError::TimedOut { .. })));
        assert!(begun.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn says_what_cannot_be_started() {
        let failed = run(&mut Command::new("/no/such/python"), Duration::from_secs(1))
            .err()
            .unwrap();
        assert!(
            failed
                .to_string()
                .starts_with("cannot start /no/such/python"),
            "{failed}"
        );
    }
}
