//! Doing what a scenario says, when it says it.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use e3_sys::schedule;
use serde::Serialize;

use super::Scenario;
use super::step::{self, Step};
use crate::conditions::milliseconds;
use crate::error::LabError;
use crate::lab::Lab;

/// A scenario that is being played. Dropping it ends that: what has been done stays so, and nothing more is done.
#[derive(Debug)]
pub struct Playing {
    log: Arc<Mutex<Vec<Done>>>,
    events: usize,
    /// Hanging up ends the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Something that a scenario has done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Done {
    /// When it was to happen, from the beginning of the scenario.
    #[serde(rename = "at_ms", serialize_with = "milliseconds")]
    pub at: Duration,
    /// How much later it had happened.
    #[serde(rename = "late_ms", serialize_with = "milliseconds")]
    pub late: Duration,
    /// What, in the words of the scenario.
    pub text: String,
    /// Why it could not be done, if so.
    pub failed: Option<String>,
}

/// Why a scenario cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// An event that cannot happen in this lab.
    #[error("`{text}` cannot happen: {source}")]
    Impossible {
        /// The event.
        text: String,
        /// Why.
        source: LabError,
    },
    /// There is no thread to play it.
    #[error("cannot start a thread to play the scenario: {0}")]
    Thread(io::Error),
}

impl Scenario {
    /// Plays it in a lab, beginning at `start`, which may be in the future; what should have happened before now
    /// happens at once. If it begins now, chance is drawn from its seed when this returns. The lab may go
    /// meanwhile, which ends the playing.
    ///
    /// # Errors
    /// An event that cannot happen in this lab, or is later than time is counted; nothing has happened then.
    pub fn play(&self, lab: &Arc<Lab>, start: Instant) -> Result<Playing, PlayError> {
        let steps = step::steps(&self.events, lab, start)?;
        let events = steps.len();
        let log = Arc::new(Mutex::new(Vec::with_capacity(events)));
        let (stop, stopped) = mpsc::channel();
        let seed = self.seed.unwrap_or(lab.seed());
        let has_begun = start <= Instant::now();
        if has_begun {
            // Before anybody can send what is to meet its fate.
            reseed(lab, seed);
        }
        let player = Player {
            lab: Arc::downgrade(lab),
            start,
            seed: (!has_begun).then_some(seed),
            log: Arc::clone(&log),
            stopped,
        };
        let thread = thread::Builder::new().name("scenario".into());
        let thread = thread
            .spawn(move || player.play(steps.into()))
            .map_err(PlayError::Thread)?;
        Ok(Playing {
            log,
            events,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Playing {
    /// What has been done so far.
    pub fn log(&self) -> Vec<Done> {
        lock(&self.log).clone()
    }

    /// How many things there are to do in all.
    pub fn events(&self) -> usize {
        self.events
    }

    /// Whether everything has been done, or nothing more will be because the lab is gone.
    pub fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits until everything has been done: what has.
    pub fn wait(mut self) -> Vec<Done> {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.log()
    }

    /// Does nothing more: what has been done.
    pub fn stop(mut self) -> Vec<Done> {
        self.stop = None;
        self.wait()
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the thread needs.
struct Player {
    lab: Weak<Lab>,
    start: Instant,
    /// What chance is to be drawn from when the scenario begins, if that is still to come.
    seed: Option<u64>,
    log: Arc<Mutex<Vec<Done>>>,
    stopped: Receiver<()>,
}

impl Player {
    fn play(&self, mut steps: VecDeque<Step>) {
        schedule::be_prompt();
        if !self.sleep_until(self.start) {
            return;
        }
        if let (Some(lab), Some(seed)) = (self.lab.upgrade(), self.seed) {
            reseed(&lab, seed);
        }
        while let Some(step) = steps.pop_front() {
            if !self.sleep_until(step.due) {
                return;
            }
            let Some(lab) = self.lab.upgrade() else {
                return;
            };
            let Step { at, due, text, act } = step;
            let failed = act.run(&lab).err().map(|error| error.to_string());
            if let Some(why) = &failed {
                tracing::warn!("at {at:?} of the scenario `{text}` could not be done: {why}");
            }
            let late = due.elapsed();
            lock(&self.log).push(Done {
                at,
                late,
                text,
                failed,
            });
        }
    }

    /// Sleeps; false if it was to end meanwhile.
    fn sleep_until(&self, due: Instant) -> bool {
        let patience = due.saturating_duration_since(Instant::now());
        self.stopped.recv_timeout(patience) == Err(RecvTimeoutError::Timeout)
    }
}

/// Draws chance from this seed from now on. A lab of one site has nothing to draw.
fn reseed(lab: &Lab, seed: u64) {
    let _ = lab.ask(move |router| router.reseed(seed));
}

/// A list of what has been done is whole even if whoever held it panicked.
fn lock(log: &Mutex<Vec<Done>>) -> std::sync::MutexGuard<'_, Vec<Done>> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}
