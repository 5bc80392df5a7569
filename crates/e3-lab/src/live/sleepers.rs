//! Who sleeps, and until when.

use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use e3_sys::schedule;

use super::cable::Cable;
use crate::processes;

/// The hosts of a lab that sleep. They hold what wakes them up: nobody else need be there for it.
#[derive(Debug, Default)]
pub(crate) struct Sleepers(Arc<Dormitory>);

#[derive(Debug, Default)]
struct Dormitory {
    asleep: Mutex<Asleep>,
    /// Somebody has woken up, or sleeps on for another pause.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Asleep {
    /// The number of the last pause.
    pauses: u64,
    /// By the host's name, with the number of the pause for which it sleeps.
    hosts: HashMap<String, (u64, Sleeper)>,
}

/// A host that sleeps.
#[derive(Debug)]
pub(super) struct Sleeper {
    /// The processes that have been stopped.
    pub(super) stopped: Vec<OwnedFd>,
    /// The cable, which is out.
    pub(super) cable: Cable,
}

impl Sleepers {
    /// Adds a host that `falls_asleep` unless it sleeps already: the number of this pause, to which any earlier one
    /// gives way.
    pub(super) fn add<E>(
        &self,
        host: &str,
        falls_asleep: impl FnOnce() -> Result<Sleeper, E>,
    ) -> Result<u64, E> {
        let mut asleep = self.0.lock();
        let sleeper = match asleep.hosts.remove(host) {
            Some((_, sleeper)) => sleeper,
            None => falls_asleep()?,
        };
        asleep.pauses += 1;
        let pause = asleep.pauses;
        asleep.hosts.insert(host.to_owned(), (pause, sleeper));
        self.0.changed.notify_all();
        Ok(pause)
    }

    /// Wakes a host up at a time, if it sleeps for this pause then.
    pub(super) fn wake_at(&self, host: &str, pause: u64, end: Instant) -> io::Result<()> {
        let (dormitory, host) = (Arc::clone(&self.0), host.to_owned());
        let thread = thread::Builder::new().name("awakening".into());
        thread.spawn(move || {
            schedule::be_prompt();
            if let Err(error) = dormitory.wake_at(&host, pause, end) {
                tracing::warn!("could not put the cable back for `{host}`: {error}");
            }
        })?;
        Ok(())
    }

    /// Wakes a host up, if it sleeps.
    pub(super) fn wake(&self, host: &str) -> io::Result<()> {
        self.0.wake(&mut self.0.lock(), host)
    }

    /// Whether a host sleeps.
    pub(super) fn has(&self, host: &str) -> bool {
        self.0.lock().hosts.contains_key(host)
    }

    /// Nobody will be woken up: the lab ends.
    pub(crate) fn leave(&self) {
        self.0.lock().hosts.clear();
        self.0.changed.notify_all();
    }
}

impl Dormitory {
    fn wake_at(&self, host: &str, pause: u64, end: Instant) -> io::Result<()> {
        let mut asleep = self.lock();
        while asleep.hosts.get(host).is_some_and(|(it, _)| *it == pause) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return self.wake(&mut asleep, host);
            }
            let waited = self.changed.wait_timeout(asleep, left);
            asleep = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(())
    }

    fn wake(&self, asleep: &mut Asleep, host: &str) -> io::Result<()> {
        let Some((_, sleeper)) = asleep.hosts.remove(host) else {
            return Ok(());
        };
        self.changed.notify_all();
        let plugged = sleeper.cable.plug();
        processes::go_on(&sleeper.stopped);
        plugged
    }

    /// A host is in it or not even if whoever held it panicked.
    fn lock(&self) -> MutexGuard<'_, Asleep> {
        self.asleep.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
