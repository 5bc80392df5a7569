//! A host sleeps, as a laptop does whose lid is closed.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, PoisonError};

use super::moves::in_network;
use crate::build::site::{PORT_INDEX, port_index};
use crate::error::{During, LabError};
use crate::lab::Lab;
use crate::processes;

/// What has been stopped on which host.
#[derive(Debug, Default)]
pub(crate) struct Paused(Mutex<HashMap<String, Vec<OwnedFd>>>);

impl Lab {
    /// Puts a host to sleep: its processes are stopped, those that they have started too, and its cable is out. Clocks
    /// go on. What has been stopped before stays so afterwards. A host that sleeps already stays as it is.
    ///
    /// # Errors
    /// No such host; a refusal of the kernel's.
    pub fn pause(&self, host: &str) -> Result<(), LabError> {
        let host = self.host_named(host)?;
        let mut paused = self.paused.0.lock().unwrap_or_else(PoisonError::into_inner);
        if paused.contains_key(host.name()) {
            return Ok(());
        }
        self.set_cable(host, false)
            .during("pull the cable", host.name())?;
        let stopped = processes::stop_all_in(&host.doorway);
        let stopped = stopped.during("stop the processes", host.name())?;
        paused.insert(host.name().to_owned(), stopped);
        Ok(())
    }

    /// Wakes a host up. One that is awake stays as it is.
    ///
    /// # Errors
    /// No such host; a refusal of the kernel's.
    pub fn resume(&self, host: &str) -> Result<(), LabError> {
        let host = self.host_named(host)?;
        let mut paused = self.paused.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(stopped) = paused.remove(host.name()) else {
            return Ok(());
        };
        self.set_cable(host, true)
            .during("put the cable back", host.name())?;
        processes::go_on(&stopped);
        Ok(())
    }

    /// Whether a host sleeps.
    pub fn is_paused(&self, host: &str) -> bool {
        let paused = self.paused.0.lock().unwrap_or_else(PoisonError::into_inner);
        paused.contains_key(host)
    }

    /// The cable of a host, at the switch's end: pulled there, the host keeps its addresses and routes.
    fn set_cable(&self, host: &crate::Host, plugged: bool) -> std::io::Result<()> {
        let Some(router) = self.routers.get(host.site_index) else {
            return Ok(());
        };
        let port = port_index(host.number);
        in_network(&router.namespace, |netlink| {
            if plugged {
                netlink.up(port)?;
                netlink.settle(port)
            } else {
                netlink.down(port)
            }
        })?;
        // Or what the host sends first would be lost.
        in_network(host.net()?, |netlink| netlink.settle(PORT_INDEX))
    }
}
