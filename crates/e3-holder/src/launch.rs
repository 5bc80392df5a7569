//! How a command starts a holder.
//!
//! The command writes a [`Charge`] to the holder's standard input and reads [`Event`]s from its standard output
//! until the environment is up or has failed. The holder keeps reading its standard input: its end is the command's
//! end, however that came, and the holder's too, unless the command has said [`STAY`] before.

use std::{
    env,
    ffi::OsString,
    io::{self, BufRead, BufReader, Lines, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use e3_spec::Environment;
use serde::{Deserialize, Serialize};
use tracing::{Level, level_filters::LevelFilter};

use crate::{
    state::StateFolder,
    wire::{self, Stamped},
};

/// What a holder is told when it starts.
#[derive(Debug, Serialize, Deserialize)]
pub struct Charge {
    /// What it keeps.
    pub environment: Environment,
    /// The environment's state folder.
    pub state: PathBuf,
    /// Where the hosts' agents keep their files.
    pub hosts: PathBuf,
    /// What of it is to be made.
    pub keep: Keep,
    /// The verb that starts it.
    pub verb: String,
    /// What the user allows.
    pub consent: Consent,
}

/// What a user allows that is refused otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// An overlay that protects nothing, on a real network.
    pub insecure: bool,
    /// Hosts whose parties may be others than they were.
    pub accept: Vec<String>,
    /// Parties that take part again although they were put out.
    pub readmit: Vec<String>,
}

/// How much of an environment a holder brings up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// All of it: hosts, agents, overlay.
    Parties,
    /// The network and its hosts; an agent where a command is to run, once it is.
    Network,
    /// The network, and on each host an agent that has said hello.
    Agents,
}

/// The line by which a command lets a holder live on without it.
pub const STAY: &str = "stay";

/// A holder that this command started.
#[derive(Debug)]
pub struct Launched {
    guardian: Child,
    lifeline: ChildStdin,
    events: Lines<BufReader<ChildStdout>>,
}

/// Starts `e3 holder` in a session of its own, so that Ctrl-C in this command's terminal does not reach it.
pub fn launch(
    environment: &Environment,
    folder: &StateFolder,
    keep: Keep,
    verb: &str,
    consent: &Consent,
) -> io::Result<Launched> {
    let charge = Charge {
        environment: environment.clone(),
        state: folder.path().to_owned(),
        hosts: folder.hosts().to_owned(),
        keep,
        verb: verb.to_owned(),
        consent: consent.clone(),
    };
    let mut guardian = Command::new(env::current_exe()?)
        .arg("holder")
        .env("RUST_LOG", log_filter())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()?;
    let (Some(mut lifeline), Some(stdout)) = (guardian.stdin.take(), guardian.stdout.take()) else {
        return Err(io::Error::other("the holder has no standard streams"));
    };
    wire::write_line(&mut lifeline, &charge)?;
    lifeline.flush()?;
    Ok(Launched {
        guardian,
        lifeline,
        events: BufReader::new(stdout).lines(),
    })
}

/// What the holder and the agents log: of E³ itself as much as this command, and at least what a run's folder is to keep; of
/// libraries what is one step graver.
fn log_filter() -> OsString {
    env::var_os("RUST_LOG").unwrap_or_else(|| filter(LevelFilter::current()).into())
}

fn filter(command: LevelFilter) -> String {
    let own = command.max(LevelFilter::INFO);
    let others = match own.into_level() {
        Some(Level::TRACE) => LevelFilter::DEBUG,
        Some(Level::DEBUG) => LevelFilter::INFO,
        Some(Level::INFO | Level::WARN | Level::ERROR) | None => LevelFilter::WARN,
    };
    format!("{others},e3={own}")
}

impl Launched {
    /// The guardian's process id.
    pub fn id(&self) -> u32 {
        self.guardian.id()
    }

    /// The next thing that the holder tells about its set-up; `None` once it has told all, or has died.
    pub fn next_event(&mut self) -> Option<io::Result<Stamped>> {
        loop {
            return match self.events.next()? {
                Ok(line) if line.is_empty() => continue,
                Ok(line) => Some(serde_json::from_str(&line).map_err(io::Error::from)),
                Err(error) => Some(Err(error)),
            };
        }
    }

    /// Lets the holder live on without this command.
    pub fn let_stay(mut self) -> io::Result<()> {
        writeln!(self.lifeline, "{STAY}")
    }

    /// Ends the holder, and waits until everything of it is gone: at most `patience`, then it is killed, which ends
    /// all that it made. One that was killed, by this or by somebody else, has not removed its files: see
    /// [`crate::state::tidy`].
    pub fn end(self, patience: Duration) -> io::Result<ExitStatus> {
        let Self {
            mut guardian,
            lifeline,
            events: _,
        } = self;
        drop(lifeline);
        let end = Instant::now() + patience;
        loop {
            if let Some(status) = guardian.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > end {
                guardian.kill()?;
                return guardian.wait();
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runs_folder_keeps_what_e3_says_however_little_the_command_does() {
        for (command, holder) in [
            (LevelFilter::OFF, "warn,e3=info"),
            (LevelFilter::WARN, "warn,e3=info"),
            (LevelFilter::INFO, "warn,e3=info"),
            (LevelFilter::DEBUG, "info,e3=debug"),
            (LevelFilter::TRACE, "debug,e3=trace"),
        ] {
            assert_eq!(filter(command), holder, "{command}");
        }
    }
}
