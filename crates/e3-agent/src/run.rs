//! *run* and *stop*: the program that was agreed.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use e3_overlay::ProgramPlace;
use e3_overlay::ProgramRules;
use e3_process::Child;
use e3_program::{
    command, given::Given, host::Runtime, line::CommandLine, mpyc, outcome::Outcome as Printed,
    probe, stage::Staged,
};
use e3_session::{
    message::{Refusal, Reply},
    types::{DialTable, Digest, Ending, Kind, Outcome, OutputPolicy, Program, RunId},
};
use e3_sys::child::{How, Used, used};
use tokio::time::Instant;

use crate::{
    agent::{Agent, Event, Turn, fault},
    conclude::Finished,
    give::give,
    helped::Helped,
    process::{
        attend::{Attended, Care, attend},
        orphans::{MARK, Orphans},
        watch::{Cause, stopper},
    },
    stage::{Job, Ready},
};

impl Agent {
    pub(crate) fn run(&mut self, id: u32) -> Result<Turn, Refusal> {
        let job = self.job.take().ok_or_else(|| fault("the program"))?;
        let Job {
            run,
            program,
            output,
            ready,
        } = job;
        let Ready { staged, runtime } = ready.ok_or_else(|| fault("the program's files"))?;
        let dial = self.dial.as_ref().ok_or_else(|| fault("the dial table"))?;
        let folder = self.folder.as_ref().ok_or_else(|| fault("its folder"))?;

        let given = give(&self.needs, &staged).map_err(|error| error.to_string());
        let line = given.and_then(|given| command_line(&runtime, &program, dial, &staged, &given));
        let kept = match output {
            OutputPolicy::Collect => Ok(None),
            OutputPolicy::Keep => keep(&folder.join("kept"), run).map(Some),
        };
        let prepared = line.and_then(|line| Ok((line, kept.map_err(|error| error.to_string())?)));
        let prepared = match &self.severed {
            Some(why) => Err(Ending::Severed(why.clone())),
            None => prepared.map_err(Ending::NotStarted),
        };
        let (line, kept) = match prepared {
            Ok(prepared) => prepared,
            Err(ending) => {
                let finished = Finished {
                    outcome: without_a_start(ending),
                    printed: Printed::new(false).finish(),
                    collected: output == OutputPolicy::Collect,
                };
                return Ok(Some(self.ended(finished)));
            }
        };
        let logs = matches!(program.kind, Kind::Mpyc { .. });
        let rules = match program.kind {
            Kind::Mpyc { .. } => ProgramRules::MpycIndex,
            Kind::Command(_) | Kind::Probe => ProgramRules::Own,
        };
        let mark = self.mark_of(id);
        let (stop, stopped) = stopper();
        let (file, path) = kept.map_or((None, None), |(file, path)| (Some(file), Some(path)));
        let care = Care {
            re: id,
            outbox: self.outbox.clone(),
            keep: file,
            progress: logs,
            printed: Some(Printed::new(logs)),
            deadline: Instant::now().checked_add(Duration::from_secs(program.timeout_s)),
            stopped,
            orphans: Orphans::since_now(&mark),
        };
        self.run = Some(stop);
        let joined = Arc::clone(&self.joined);
        let place = self.needs.place.clone();
        self.tasks.spawn(async move {
            let helpers = match joined.read().await.as_ref() {
                Some(joined) => {
                    joined.program_begins(run, rules);
                    joined.helpers()
                }
                None => Vec::new(),
            };
            let given = (line, place, staged, helpers);
            let (outcome, printed) = perform(given, &mark, care).await;
            if let Some(joined) = joined.read().await.as_ref() {
                joined.program_ended();
            }
            let kept = path.map(|path| path.display().to_string());
            Event::Ran(
                id,
                Box::new(Finished {
                    outcome: Outcome { kept, ..outcome },
                    printed: printed.unwrap_or_else(|| Printed::new(false).finish()),
                    collected: output == OutputPolicy::Collect,
                }),
            )
        });
        Ok(None)
    }

    pub(crate) fn stop(&mut self, grace_ms: u64, because: &str) -> Reply {
        if let Some(run) = &self.run {
            tracing::warn!("this party's program is stopped: {because}");
            run.stop(Duration::from_millis(grace_ms));
        }
        Reply::Stopping
    }
}

/// How the program is started here; in words why it cannot be.
fn command_line(
    runtime: &Runtime,
    program: &Program,
    dial: &DialTable,
    staged: &Staged,
    given: &Given,
) -> Result<CommandLine, String> {
    let environment = std::env::vars_os();
    match &program.kind {
        Kind::Mpyc { .. } => mpyc::command_line(
            (&runtime.program, &given.mpyc_options),
            program,
            dial,
            staged.folder(),
            staged.input(),
            environment,
        )
        .map_err(|error| error.to_string()),
        Kind::Command(command) => {
            let told = (&*program.arguments, command, program.ports);
            command::command_line(runtime, told, dial, (staged, given), environment)
                .map_err(|error| error.to_string())
        }
        Kind::Probe => Ok(probe::command_line(
            runtime,
            program,
            dial,
            staged,
            environment,
        )),
    }
}

/// Runs a program to its end, where the overlay wants it to be. What was staged for it is gone then, the private input first of all. Gives what became
/// of it, and the digest and length of its outcome if it was started.
async fn perform(
    (line, place, mut staged, helpers): (CommandLine, ProgramPlace, Staged, Vec<u32>),
    mark: &str,
    care: Care,
) -> (Outcome, Option<(Digest, u64)>) {
    let mut command = Command::new(&line.program);
    command
        .args(&line.arguments)
        .env_clear()
        .envs(line.environment)
        .env(MARK, mark)
        .current_dir(&line.folder)
        .stdin(Stdio::null());
    place.prepare(&mut command);
    let name = line.program.display().to_string();
    let started = Started::now(helpers);
    let ended = match Child::start(command) {
        Ok((child, pipes)) => {
            let attended = attend(child, pipes, care).await;
            let printed = attended.as_ref().ok().and_then(|attended| attended.printed);
            (started.outcome(attended, &name), printed)
        }
        Err(error) => (not_started(format!("cannot start {name}: {error}")), None),
    };
    staged.remove_input();
    ended
}

/// When a process was started.
#[derive(Debug, Clone)]
pub(crate) struct Started {
    /// Milliseconds since the Unix epoch.
    wall_ms: u64,
    clock: Instant,
    /// What the agent had used by then; none where the system does not tell.
    used: Option<Used>,
    /// The processes that carry the overlay's packets beside the agent, and what they had used by then.
    helpers: Vec<u32>,
    helped: Helped,
}

impl Started {
    /// Now, with these helpers.
    pub(crate) fn now(helpers: Vec<u32>) -> Self {
        Self {
            wall_ms: now_ms(),
            clock: Instant::now(),
            used: used().ok(),
            helped: Helped::by(&helpers),
            helpers,
        }
    }

    /// What became of the process of that name.
    pub(crate) fn outcome(self, attended: io::Result<Attended>, name: &str) -> Outcome {
        let attended = match attended {
            Ok(attended) => attended,
            Err(error) => return not_started(format!("{name} cannot be watched: {error}")),
        };
        let ending = match (attended.cause, attended.ended.how) {
            (Some(Cause::TimedOut), _) => Ending::TimedOut,
            (Some(Cause::Cancelled), _) => Ending::Cancelled,
            (None, How::Exited(code)) => Ending::Exited(code),
            (None, How::Signalled(signal)) => Ending::Signalled(signal),
        };
        let agent = self.used.zip(used().ok());
        let agent_cpu = agent.map_or(Duration::ZERO, |(then, now)| {
            now.cpu.saturating_sub(then.cpu)
        });
        let helped = Helped::by(&self.helpers);
        let helpers_cpu = helped.cpu.saturating_sub(self.helped.cpu);
        Outcome {
            ending,
            started_ms: self.wall_ms,
            elapsed_s: (attended.at - self.clock).as_secs_f64(),
            cpu_s: attended.ended.cpu.as_secs_f64(),
            peak_memory: attended.ended.peak_memory,
            agent_cpu_s: (agent_cpu + helpers_cpu).as_secs_f64(),
            agent_memory: agent.map_or(0, |(_, now)| now.peak_memory) + helped.memory,
            runtime_elapsed_s: attended.totals.map(|totals| totals.elapsed_s),
            bytes_sent: attended.totals.map(|totals| totals.bytes_sent),
            kept: None,
        }
    }
}

/// The outcome of what could not be started, for this reason.
pub(crate) fn not_started(why: String) -> Outcome {
    without_a_start(Ending::NotStarted(why))
}

/// The outcome of what has ended so before it began.
fn without_a_start(ending: Ending) -> Outcome {
    Outcome {
        ending,
        started_ms: now_ms(),
        elapsed_s: 0.0,
        cpu_s: 0.0,
        peak_memory: 0,
        agent_cpu_s: 0.0,
        agent_memory: 0,
        runtime_elapsed_s: None,
        bytes_sent: None,
        kept: None,
    }
}

/// Now, in milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// A new file for a run's output, which only the host's user can read. An earlier session's is never written over.
fn keep(folder: &Path, run: RunId) -> io::Result<(File, PathBuf)> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let folder = fs::canonicalize(folder)?;
    let mut number = 1u32;
    loop {
        let name = match number {
            1 => format!("run-{run}.log"),
            number => format!("run-{run}-{number}.log"),
        };
        let path = folder.join(name);
        let mut options = OpenOptions::new();
        match options
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
        {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                number = number.checked_add(1).ok_or(error)?;
            }
            Err(error) => return Err(error),
        }
    }
}
