//! Telling what happens, while it happens.

use std::{
    collections::BTreeMap,
    fs::File,
    sync::{Arc, Mutex, PoisonError},
    time::{Instant, SystemTime},
};

use tokio::sync::mpsc;

use crate::wire::{self, Event, Seconds, Stamped, Step, Tip};

/// How many events may wait for a slow listener before what programs print is no longer shown live.
const QUEUE: usize = 256;

/// Tells one listener, and a run's record where there is one, and keeps the time of each step.
#[derive(Clone)]
pub(crate) struct Tell {
    listener: mpsc::Sender<Stamped>,
    record: Option<Arc<Mutex<File>>>,
    steps: Arc<Mutex<BTreeMap<Step, Seconds>>>,
    warnings: Arc<Mutex<Vec<String>>>,
}

impl Tell {
    /// A teller, and where its events come out.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Stamped>) {
        let (listener, events) = mpsc::channel(QUEUE);
        let tell = Self {
            listener,
            record: None,
            steps: Arc::default(),
            warnings: Arc::default(),
        };
        (tell, events)
    }

    /// The same, also writing into a run's `events.jsonl`.
    pub(crate) fn recording(self, file: File) -> Self {
        Self {
            record: Some(Arc::new(Mutex::new(file))),
            ..self
        }
    }

    /// Tells. The listener may have gone; then only the record is written.
    pub(crate) async fn event(&self, event: Event) {
        let stamped = self.stamp(event);
        let _ = self.listener.send(stamped).await;
    }

    /// Tells what a program printed. It stands in the party's log as a whole, so a slow listener may miss it.
    pub(crate) fn output(&self, party: u16, stderr: bool, text: String) {
        let stamped = Stamped {
            at_ms: now_ms(),
            event: Event::Output {
                party,
                stderr,
                text,
            },
        };
        let _ = self.listener.try_send(stamped);
    }

    /// Tells a person something.
    pub(crate) async fn notice(&self, tip: Tip, text: impl Into<String>) {
        let text = text.into();
        if tip == Tip::Warning {
            lock(&self.warnings).push(text.clone());
        }
        self.event(Event::Notice { text, tip }).await;
    }

    /// Times a step.
    pub(crate) async fn step<T>(&self, step: Step, work: impl Future<Output = T>) -> T {
        self.event(Event::Begin { step }).await;
        let begin = Instant::now();
        let done = work.await;
        let seconds = wire::rounded(begin.elapsed().as_secs_f64());
        lock(&self.steps).insert(step, seconds);
        self.event(Event::End { step, seconds }).await;
        done
    }

    /// The steps timed so far.
    pub(crate) fn steps(&self) -> BTreeMap<Step, Seconds> {
        lock(&self.steps).clone()
    }

    /// The warnings told so far.
    pub(crate) fn warnings(&self) -> Vec<String> {
        lock(&self.warnings).clone()
    }

    fn stamp(&self, event: Event) -> Stamped {
        let stamped = Stamped {
            at_ms: now_ms(),
            event,
        };
        if let Some(record) = &self.record {
            // A full disk must not end the run; the result is written separately, and says so if it cannot be.
            let _ = wire::write_line(&mut *lock(record), &stamped);
        }
        stamped
    }
}

/// Milliseconds since the Unix epoch.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
