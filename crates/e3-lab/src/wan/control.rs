//! Reaching into the router while it runs.
//!
//! Whoever wants to know or change something of the router sends a piece of work, which is done between two packets by
//! whichever of its threads is awake, and waits for what comes of it.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use rustix::event::{EventfdFlags, eventfd};

use super::router::Router;

/// Something for the router to do.
type Task = Box<dyn FnOnce(&mut Router) + Send>;

/// The outer end; copies reach the same router.
#[derive(Debug, Clone)]
pub(crate) struct Control {
    tasks: Sender<Task>,
    bell: Arc<OwnedFd>,
}

/// The router's end.
pub(super) struct Tasks {
    waiting: Receiver<Task>,
    bell: Arc<OwnedFd>,
}

/// The router has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended;

impl From<Ended> for io::Error {
    fn from(_: Ended) -> Self {
        Self::other("the wide-area router has ended")
    }
}

/// Both ends.
pub(super) fn channel() -> io::Result<(Control, Tasks)> {
    let (tasks, waiting) = mpsc::channel();
    let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
    let bell = Arc::new(eventfd(0, flags)?);
    let control = Control {
        tasks,
        bell: Arc::clone(&bell),
    };
    Ok((control, Tasks { waiting, bell }))
}

impl Control {
    /// Lets the router do something, and waits for what it returns: some 0.1 ms. The work should be short,
    /// as no packet moves meanwhile.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Router) -> T + Send + 'static,
    ) -> Result<T, Ended> {
        let (answer, answered) = mpsc::sync_channel(1);
        self.send(move |router| {
            // Nobody hears it whose caller has been ended meanwhile.
            let _ = answer.send(work(router));
        })?;
        answered.recv().map_err(|_| Ended)
    }

    /// Lets the router do something, without waiting for it.
    pub(crate) fn send(
        &self,
        work: impl FnOnce(&mut Router) + Send + 'static,
    ) -> Result<(), Ended> {
        self.tasks.send(Box::new(work)).map_err(|_| Ended)?;
        ring(&self.bell);
        Ok(())
    }
}

fn ring(bell: &OwnedFd) {
    // Adding to an eventfd fails only when it is about to overflow, and then it has been rung.
    let _ = rustix::io::write(bell, &1_u64.to_ne_bytes());
}

impl Tasks {
    /// What becomes readable when there is something to do.
    pub(super) fn bell(&self) -> &OwnedFd {
        &self.bell
    }

    /// Wakes the router's own thread.
    pub(super) fn ring(&self) {
        ring(&self.bell);
    }

    /// What there is to do; to be asked until there is nothing more.
    pub(super) fn next(&self) -> Option<Task> {
        self.waiting.try_recv().ok()
    }

    /// Makes the bell silent; to be called before asking what there is to do.
    pub(super) fn answer(&self) {
        let _ = rustix::io::read(&*self.bell, &mut [0; 8]);
    }
}
