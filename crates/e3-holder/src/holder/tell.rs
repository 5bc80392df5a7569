//! Telling what happens, while it happens.

use std::{
    collections::BTreeMap,
    fs::File,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::{
    clock::now_ms,
    wire::{self, Event, Seconds, Stamped, Step, Tip},
};

/// How much of what programs print may wait for a slow listener.
const QUEUE: usize = 1024;

/// Tells one listener, and a run's record where there is one, and keeps the time of each step.
///
/// Telling never waits for the listener: what happens is seldom, and what is printed finds room or is not told.
#[derive(Clone)]
pub(crate) struct Tell {
    listener: mpsc::UnboundedSender<Waiting>,
    room: Arc<Semaphore>,
    record: Option<Arc<Mutex<File>>>,
    steps: Arc<Mutex<BTreeMap<Step, Seconds>>>,
    warnings: Arc<Mutex<Vec<String>>>,
}

/// Room for one piece of what is printed; given back when the listener has taken it.
pub(crate) type Room = OwnedSemaphorePermit;

/// An event on its way, and the room that it takes up until then.
struct Waiting(Stamped, Option<Room>);

/// Where a teller's events come out.
pub(crate) struct Events(mpsc::UnboundedReceiver<Waiting>);

impl Events {
    /// The next one; `None` when nobody can tell any more.
    pub(crate) async fn next(&mut self) -> Option<Stamped> {
        let Waiting(event, _room) = self.0.recv().await?;
        Some(event)
    }
}

impl Tell {
    /// A teller, and where its events come out.
    pub(crate) fn new() -> (Self, Events) {
        let (listener, events) = mpsc::unbounded_channel();
        let tell = Self {
            listener,
            room: Arc::new(Semaphore::new(QUEUE)),
            record: None,
            steps: Arc::default(),
            warnings: Arc::default(),
        };
        (tell, Events(events))
    }

    /// The same, also writing into a run's `events.jsonl`.
    pub(crate) fn recording(self, file: File) -> Self {
        Self {
            record: Some(Arc::new(Mutex::new(file))),
            ..self
        }
    }

    /// Tells. The listener may have gone; then only the record is written.
    pub(crate) fn event(&self, event: Event) {
        let _ = self.listener.send(Waiting(self.stamp(event), None));
    }

    /// Tells what is soon out of date, unless the listener is too slow for it.
    pub(crate) fn passing(&self, event: Event) {
        let stamped = self.stamp(event);
        if let Some(room) = self.room_now() {
            let _ = self.listener.send(Waiting(stamped, Some(room)));
        }
    }

    /// Tells what is of no interest later: no record has it, and a slow listener neither.
    pub(crate) fn fleeting(&self, event: Event) {
        if let Some(room) = self.room_now() {
            self.piece(event, room);
        }
    }

    /// Tells what a program printed. It stands in the party's log as a whole, so a slow listener may miss it.
    pub(crate) fn output(&self, party: u16, stderr: bool, text: String) {
        if let Some(room) = self.room_now() {
            self.piece(
                Event::Output {
                    party,
                    stderr,
                    text,
                },
                room,
            );
        }
    }

    /// Tells a piece for which there is room; no record has it.
    pub(crate) fn piece(&self, event: Event, room: Room) {
        let stamped = Stamped {
            at_ms: now_ms(),
            event,
        };
        let _ = self.listener.send(Waiting(stamped, Some(room)));
    }

    /// Waits until the listener has taken enough for another piece; `None` when it has gone.
    pub(crate) async fn room(&self) -> Option<Room> {
        let room = Arc::clone(&self.room).acquire_owned().await;
        room.ok()
    }

    fn room_now(&self) -> Option<Room> {
        let room = Arc::clone(&self.room).try_acquire_owned();
        room.ok()
    }

    /// Tells a person something.
    pub(crate) fn notice(&self, tip: Tip, text: impl Into<String>) {
        let text = text.into();
        if tip == Tip::Warning {
            lock(&self.warnings).push(text.clone());
        }
        self.event(Event::Notice { text, tip });
    }

    /// Times a step.
    pub(crate) async fn step<T>(&self, step: Step, work: impl Future<Output = T>) -> T {
        self.event(Event::Begin { step });
        let begin = Instant::now();
        let done = work.await;
        let seconds = wire::rounded(begin.elapsed().as_secs_f64());
        lock(&self.steps).insert(step, seconds);
        self.event(Event::End { step, seconds });
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

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
