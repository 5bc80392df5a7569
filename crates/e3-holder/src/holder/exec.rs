//! A person's command on a host: its input, its output, its end.

use std::time::Duration;

use e3_session::message::{Reply, Request, Stream};
use futures::{StreamExt, stream::FuturesUnordered};
use serde_bytes::ByteBuf;
use tokio::{
    io::Interest,
    sync::mpsc,
    time::{sleep, timeout},
};

use super::{
    link::Link,
    serve::{Asks, next_ask},
    tell::Tell,
};
use crate::wire::{Ask, Event, Fault};

/// Pieces of input that may be on their way; an agent takes some more.
const FEEDS: usize = 8;
/// How long a reader for whom much waits may read nothing: everything else that the agent says waits for it.
const UNREAD: Duration = Duration::from_secs(1);
/// Between two looks whether a command that has sent more than is taken is still there.
const LOOK: Duration = Duration::from_millis(500);

/// Runs it until it has ended. It is killed when the command that asked has gone, or does not read what it prints.
pub(crate) async fn exec(
    link: &Link,
    argv: Vec<String>,
    mut asks: Asks,
    tell: &Tell,
) -> Result<Event, Fault> {
    let what = argv.join(" ");
    let (exec, mut answers) = link.stream(Request::Exec { argv }).map_err(Fault::from)?;
    // Awaited beside the output: it waits in the same pipe as their answers.
    let mut asked = FuturesUnordered::new();
    let ask_too = |request| {
        // It may have ended meanwhile, which the agent refuses as out of order.
        link.stream(request)
            .ok()
            .map(|(_, answer)| answered(answer))
    };
    let (mut listening, mut unread) = (true, false);
    loop {
        tokio::select! {
            answer = answers.recv() => match answer {
                Some(Reply::Output { stream, data }) if !unread => {
                    let stderr = stream == Stream::Stderr;
                    let event = Event::Printed { stderr, data: data.into_vec() };
                    if let Ok(Some(room)) = timeout(UNREAD, tell.room()).await {
                        tell.piece(event, room);
                    } else {
                        (listening, unread) = (false, true);
                        asked.extend(ask_too(Request::Kill { exec }));
                    }
                }
                Some(Reply::Ended(_)) if unread => return Err(not_read(&what, link)),
                Some(Reply::Ended(outcome)) => return Ok(Event::Exited { ending: outcome.outcome.ending }),
                Some(Reply::Refused(refusal)) => return Err(Fault::user(refusal.to_string())),
                Some(_) => {}
                None => return Err(Fault::from(link.ended())),
            },
            ask = next_or_gone(&mut asks, asked.len() < FEEDS), if listening => {
                let request = if let Some(Ask::Feed { data }) = ask {
                    Request::Feed { to: exec, data: ByteBuf::from(data) }
                } else {
                    // The command that asked has gone or wants no more.
                    listening = false;
                    Request::Kill { exec }
                };
                asked.extend(ask_too(request));
            }
            Some(()) = asked.next() => {}
        }
    }
}

/// Waits for the one answer, whatever it is.
async fn answered(mut answer: mpsc::Receiver<Reply>) {
    drop(answer.recv().await);
}

/// The next thing that the command says, if there is room for it; `None` when it has gone or makes no sense.
async fn next_or_gone(asks: &mut Asks, room: bool) -> Option<Ask> {
    if room {
        return next_ask(asks).await?.ok();
    }
    loop {
        sleep(LOOK).await;
        let ready = asks.get_ref().get_ref().ready(Interest::READABLE).await;
        if ready.ok()?.is_read_closed() {
            return None;
        }
    }
}

fn not_read(what: &str, link: &Link) -> Fault {
    Fault::user(format!(
        "`{what}` on host {} was ended because what it printed was not read",
        link.host()
    ))
    .hint("send what is printed into a file, and read that")
}
