//! From the start of a process to the end of everything that it has printed.

use std::{fs::File, io, sync::Arc};

use e3_process::{Child, Pipes};
use e3_program::{mpyc::Totals, outcome::Outcome};
use e3_session::{message::Stream, types::Digest};
use e3_sys::child::Ended;
use rustix::process::Signal;
use tokio::{sync::watch, task::JoinSet, time::Instant};

use super::{
    orphans::Orphans,
    pump::{Pump, Sink},
    watch::{Cause, Stopped, watch},
};
use crate::outbox::Outbox;

/// How a process is attended to.
#[derive(Debug)]
pub(crate) struct Care {
    /// The request that its output answers.
    pub(crate) re: u32,
    /// How its output travels.
    pub(crate) outbox: Outbox,
    /// Where its output goes instead, if it is to be kept.
    pub(crate) keep: Option<File>,
    /// Whether its lines tell of a program's progress.
    pub(crate) progress: bool,
    /// What takes its outcome, if anybody wants to know of it.
    pub(crate) printed: Option<Outcome>,
    /// When its time is over.
    pub(crate) deadline: Option<Instant>,
    /// Asked when it shall end.
    pub(crate) stopped: Stopped,
    /// What it may leave behind, which is ended with it.
    pub(crate) orphans: Orphans,
}

/// How it went.
#[derive(Debug)]
pub(crate) struct Attended {
    pub(crate) ended: Ended,
    pub(crate) cause: Option<Cause>,
    /// What the program's runtime has said of itself.
    pub(crate) totals: Option<Totals>,
    /// SHA-256 and length of its outcome, if that was asked for.
    pub(crate) printed: Option<(Digest, u64)>,
    /// When it ended.
    pub(crate) at: Instant,
}

/// Attends to a process until it, its group and its orphans have ended, and all that was printed is on its way.
pub(crate) async fn attend(mut child: Child, pipes: Pipes, care: Care) -> io::Result<Attended> {
    let (closing, closed) = watch::channel(false);
    let keep = care.keep.map(Arc::new);
    let streams = [
        (Stream::Stdout, pipes.stdout),
        (Stream::Stderr, pipes.stderr),
    ];
    let mut printed = care.printed;
    let mut pumps = JoinSet::new();
    for (stream, from) in streams {
        let Some(from) = from else { continue };
        let pump = Pump {
            from,
            stream,
            sink: keep.clone().map_or(Sink::Controller, Sink::File),
            re: care.re,
            progress: care.progress,
            printed: match stream {
                Stream::Stdout => printed.take(),
                Stream::Stderr => None,
            },
            outbox: care.outbox.clone(),
        };
        pumps.spawn(pump.run(closed.clone()));
    }

    let mut stopped = care.stopped;
    let (ended, cause) = watch(&mut child, care.deadline, &mut stopped).await?;
    let at = Instant::now();
    child.signal_group(Signal::KILL);
    care.orphans.sweep().await;
    let _ = closing.send(true);
    let pumped = pumps.join_all().await;
    care.outbox.flush().await;
    Ok(Attended {
        ended,
        cause,
        totals: pumped.iter().find_map(|pumped| pumped.totals),
        printed: pumped.iter().find_map(|pumped| pumped.printed),
        at,
    })
}
