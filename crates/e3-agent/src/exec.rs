//! *exec*, *feed* and *kill*: a person's commands on the host, as many at once as wanted.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use e3_process::Child;
use e3_session::message::{Refusal, Reply};
use serde_bytes::ByteBuf;
use tokio::{io::AsyncWriteExt as _, net::unix::pipe, sync::mpsc};

use crate::{
    agent::{Agent, Event, Turn, exited, unusable},
    process::{
        attend::{Care, attend},
        orphans::{MARK, Orphans},
        watch::{Stopper, stopper},
    },
    run::{Started, not_started},
};

/// Pieces of input that may wait for a command to read them.
const WAITING: usize = 16;

/// Between the polite signal and the other.
const GRACE: Duration = Duration::from_secs(2);

/// A command that runs.
pub(crate) struct Running {
    pub(crate) stop: Stopper,
    /// Its standard input, until it was ended.
    input: Option<mpsc::Sender<(u32, ByteBuf)>>,
}

impl Agent {
    pub(crate) fn exec(&mut self, id: u32, argv: &[String]) -> Result<Turn, Refusal> {
        let Some((program, arguments)) = argv.split_first() else {
            return Err(unusable("the command is empty: name a program"));
        };
        let mut command = Command::new(program);
        let mark = self.mark_of(id);
        command
            .args(arguments)
            .env(MARK, &mark)
            .stdin(Stdio::piped());
        let (stop, stopped) = stopper();
        let care = Care {
            re: id,
            outbox: self.outbox.clone(),
            keep: None,
            progress: false,
            printed: None,
            deadline: None,
            stopped,
            orphans: Orphans::marked_since_now(&mark),
        };
        let started = Started::now(Vec::new());
        let name = program.clone();
        let (child, mut pipes) = match Child::start(command) {
            Ok(running) => running,
            Err(error) => {
                let why = format!("cannot start {program}: {error}");
                return Ok(Some(exited(not_started(why))));
            }
        };
        let input = pipes.stdin.take().map(|stdin| self.feeder(stdin));
        self.commands.insert(id, Running { stop, input });
        self.tasks.spawn(async move {
            let attended = attend(child, pipes, care).await;
            Event::Exited(id, started.outcome(attended, &name))
        });
        Ok(None)
    }

    pub(crate) fn feed(&mut self, id: u32, to: u32, data: ByteBuf) -> Result<Turn, Refusal> {
        let closed = || unusable("the command reads no more input");
        let command = self.commands.get_mut(&to).ok_or_else(closed)?;
        if data.is_empty() {
            // Ends the input when everything before it is written.
            command.input = None;
            return Ok(Some(Reply::Stored));
        }
        let input = command.input.as_ref().ok_or_else(closed)?;
        input.try_send((id, data)).map_err(|error| match error {
            mpsc::error::TrySendError::Closed(_) => closed(),
            mpsc::error::TrySendError::Full(_) => unusable(format!(
                "{WAITING} pieces of input wait for the command: wait for their answers first"
            )),
        })?;
        Ok(None)
    }

    pub(crate) fn kill(&mut self, exec: u32) -> Reply {
        if let Some(command) = self.commands.get(&exec) {
            command.stop.stop(GRACE);
        }
        Reply::Stopping
    }

    /// Writes pieces to a command's standard input, each answered when it is written.
    fn feeder(&mut self, mut stdin: pipe::Sender) -> mpsc::Sender<(u32, ByteBuf)> {
        let (sender, mut pieces) = mpsc::channel::<(u32, ByteBuf)>(WAITING);
        let answers = self.answers.clone();
        self.until_the_end(async move {
            while let Some((id, data)) = pieces.recv().await {
                let reply = match stdin.write_all(&data).await {
                    Ok(()) => Reply::Stored,
                    Err(error) => {
                        Reply::Refused(unusable(format!("the command reads no more: {error}")))
                    }
                };
                // When nobody takes it, the conversation has ended.
                let _ = answers.send((id, reply)).await;
            }
            Event::Nothing
        });
        sender
    }
}
