//! The loop: requests in, answers out, and the end.

use std::{process::ExitCode, time::Duration};

use e3_session::{
    frame::{Decoder, FrameError},
    message::{Request, ToAgent},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite},
    time::timeout,
};

use crate::{
    agent::Agent,
    kit::Kit,
    outbox::{self, outbox},
    process::orphans,
};

/// Bytes that are read at once.
const BUFFER: usize = 16 * 1024;

/// For the last words to be written.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How a conversation has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Farewell {
    /// The controller asked the agent to leave.
    Left,
    /// The controller has vanished: its end of the stream was closed.
    Vanished,
    /// What came could not be read any more.
    Broken,
}

impl Farewell {
    /// The agent's exit code: 0 after *leave*, 1 where the controller vanished, 2 where it made no sense.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Left => ExitCode::SUCCESS,
            Self::Vanished => ExitCode::from(1),
            Self::Broken => ExitCode::from(2),
        }
    }
}

/// Speaks with one controller until it asks the agent to leave, or vanishes. Either way everything that the agent has
/// made is gone when this returns, a few seconds later at most: programs, sockets, files; kept output stays.
///
/// The process becomes a subreaper (`prctl(2)`): whatever a program leaves behind becomes its child and is ended.
/// Where several agents share a process, each ends only what bears its mark, but orphans that have dropped their
/// environment count as anybody's.
///
/// The calling thread has to live as long as the agent: programs die with the thread that started them. On a
/// runtime of one thread that is so by nature.
pub async fn serve<R, W>(input: R, output: W, kit: impl Into<Kit>) -> Farewell
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin + Send + 'static,
{
    if let Err(error) = orphans::adopt() {
        tracing::warn!(%error, "what programs leave behind cannot be found");
    }
    let (outbox, posts) = outbox();
    let mut writer = tokio::spawn(outbox::write(posts, output));
    let mut agent = Agent::new(kit.into(), outbox);

    let (farewell, leave) = match converse(&mut agent, input).await {
        Stop::Leave(id) => (Farewell::Left, Some(id)),
        Stop::End => (Farewell::Vanished, None),
        Stop::Broken(error) => {
            tracing::warn!(%error, "the controller cannot be understood");
            (Farewell::Broken, None)
        }
    };
    if farewell == Farewell::Vanished {
        // Nobody reads any more: whoever still has something to say must not wait.
        writer.abort();
    }
    agent.leave(leave).await;
    if timeout(LAST_WORDS, &mut writer).await.is_err() {
        writer.abort();
    }
    farewell
}

/// Why no more requests are read.
enum Stop {
    Leave(u32),
    End,
    Broken(FrameError),
}

async fn converse(agent: &mut Agent, input: impl AsyncRead + Unpin) -> Stop {
    let mut requests = Requests::new(input);
    while !agent.is_alone() {
        tokio::select! {
            next = requests.next() => match next {
                None => return Stop::End,
                Some(Ok(message)) => {
                    let id = matches!(message.request, Request::Leave).then_some(message.id);
                    let accepted = agent.receive(message).await;
                    if let (Some(id), true) = (id, accepted) {
                        return Stop::Leave(id);
                    }
                }
                Some(Err(error)) => {
                    agent.unreadable(&error).await;
                    if !error.is_recoverable() {
                        return Stop::Broken(error);
                    }
                }
            },
            event = agent.event() => agent.settle(event).await,
        }
    }
    Stop::End
}

/// The requests of a stream.
struct Requests<R> {
    input: R,
    decoder: Decoder<ToAgent>,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Requests<R> {
    fn new(input: R) -> Self {
        Self {
            input,
            decoder: Decoder::new(),
            buffer: vec![0; BUFFER],
        }
    }

    /// The next one; `None` at the end of the stream. Nothing is lost when the wait is broken off.
    async fn next(&mut self) -> Option<Result<ToAgent, FrameError>> {
        loop {
            if let Some(request) = self.decoder.next() {
                return Some(request);
            }
            let read = self.input.read(&mut self.buffer).await.unwrap_or(0);
            match self.buffer.get(..read) {
                Some(bytes @ [_, ..]) => self.decoder.push(bytes),
                _ => return None,
            }
        }
    }
}
