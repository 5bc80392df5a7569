//! How a process ends: by itself, when asked to, or when its time is over.

use std::{io, time::Duration};

use e3_process::Child;
use e3_sys::child::Ended;
use rustix::process::Signal;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// Asks a process to end: after so long, it is killed.
#[derive(Debug, Clone)]
pub(crate) struct Stopper(watch::Sender<Option<Duration>>);

/// The other end of a [`Stopper`].
#[derive(Debug)]
pub(crate) struct Stopped(watch::Receiver<Option<Duration>>);

/// Why a process was made to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Its time was over.
    TimedOut,
    /// It was asked to.
    Cancelled,
}

/// Between the polite signal and the other, when the time is over.
const GRACE: Duration = Duration::from_secs(2);

/// Both ends.
pub(crate) fn stopper() -> (Stopper, Stopped) {
    let (sender, receiver) = watch::channel(None);
    (Stopper(sender), Stopped(receiver))
}

impl Stopper {
    /// Asks; a later call can only shorten what an earlier one has granted.
    pub(crate) fn stop(&self, grace: Duration) {
        self.0.send_modify(|granted| {
            *granted = Some(granted.map_or(grace, |granted| granted.min(grace)));
        });
    }
}

impl Stopped {
    /// Waits until it is asked for, for the first time or anew.
    async fn asked(&mut self) -> Duration {
        loop {
            if self.0.changed().await.is_err() {
                // Nobody can ask any more.
                std::future::pending::<()>().await;
            }
            if let Some(grace) = *self.0.borrow_and_update() {
                return grace;
            }
        }
    }
}

/// Watches a process until it has ended, and whether it was made to. Its group is left to the caller.
pub(crate) async fn watch(
    child: &mut Child,
    deadline: Option<Instant>,
    stopped: &mut Stopped,
) -> io::Result<(Ended, Option<Cause>)> {
    let mut cause = None;
    let mut kill = None;
    loop {
        tokio::select! {
            ended = child.ended() => return Ok((ended?, cause)),
            grace = stopped.asked() => {
                cause = cause.or(Some(Cause::Cancelled));
                child.signal_group(Signal::TERM);
                let at = Instant::now() + grace;
                kill = Some(kill.map_or(at, |before: Instant| before.min(at)));
            }
            () = at(deadline), if cause.is_none() => {
                cause = Some(Cause::TimedOut);
                child.signal_group(Signal::TERM);
                kill = Some(Instant::now() + GRACE);
            }
            () = at(kill), if kill.is_some() => {
                child.signal_group(Signal::KILL);
                kill = None;
            }
        }
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
