//! A host sleeps, as a laptop does whose lid is closed.

use std::time::{Duration, Instant};

use super::cable::Cable;
use super::sleepers::Sleeper;
use crate::error::{During, LabError};
use crate::lab::Lab;
use crate::processes;

impl Lab {
    /// Puts a host to sleep until it is woken up: its processes are stopped, those that they have started too, and its
    /// cable is out. Clocks go on. What has been stopped before stays so afterwards. A host that sleeps already sleeps
    /// on, now without end.
    ///
    /// # Errors
    /// No such host; a refusal of the kernel's.
    pub fn pause(&self, host: &str) -> Result<(), LabError> {
        self.put_to_sleep(host).map(drop)
    }

    /// The same for this long: then the host wakes up by itself, unless it was woken up or put to sleep anew meanwhile.
    ///
    /// # Errors
    /// No such host; a refusal of the kernel's.
    pub fn pause_for(&self, host: &str, time: Duration) -> Result<(), LabError> {
        let pause = self.put_to_sleep(host)?;
        // A clock does not go far enough for what is longer.
        let Some(end) = Instant::now().checked_add(time) else {
            return Ok(());
        };
        let waking = self.sleepers.wake_at(host, pause, end);
        if waking.is_err() {
            // Or it would sleep without end.
            self.resume(host)?;
        }
        waking.during("start a thread that wakes it up", host)
    }

    /// Wakes a host up. One that is awake stays as it is.
    ///
    /// # Errors
    /// No such host; a refusal of the kernel's.
    pub fn resume(&self, host: &str) -> Result<(), LabError> {
        let name = self.host_named(host)?.name();
        let woken = self.sleepers.wake(name);
        woken.during("put the cable back", name)
    }

    /// Whether a host sleeps.
    pub fn is_paused(&self, host: &str) -> bool {
        self.sleepers.has(host)
    }

    /// The number of this pause, by which its end will know it.
    fn put_to_sleep(&self, host: &str) -> Result<u64, LabError> {
        let host = self.host_named(host)?;
        let name = host.name();
        self.sleepers.add(name, || {
            let router = self.routers.get(host.site_index);
            let cable = Cable::of(host, router).during("find the cable", name)?;
            cable.pull().during("pull the cable", name)?;
            match processes::stop_all_in(&host.doorway) {
                Ok(stopped) => Ok(Sleeper { stopped, cable }),
                Err(error) => {
                    cable.plug().during("put the cable back", name)?;
                    Err(error).during("stop the processes", name)
                }
            }
        })
    }
}
