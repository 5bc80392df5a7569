//! The endpoint that is in use now: now and then it is made anew.

use std::future::pending;

use iroh::Endpoint;
use tokio::sync::watch;

/// The endpoint that is in use; none for a moment between two that must have the same port.
#[derive(Debug)]
pub(crate) struct Current(watch::Sender<Option<Endpoint>>);

impl Current {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        Self(watch::Sender::new(Some(endpoint)))
    }

    /// The one that is in use, if there is one at this moment. Its sockets are open as long as whoever asked has it.
    pub(crate) fn now(&self) -> Option<Endpoint> {
        self.0.borrow().clone()
    }

    /// The one that is in use; waits until there is one.
    pub(crate) async fn get(&self) -> Endpoint {
        self.follow().next().await
    }

    /// The one that is in use, and then each that comes after it.
    pub(crate) fn follow(&self) -> Following {
        let mut endpoints = self.0.subscribe();
        endpoints.mark_changed();
        Following(endpoints)
    }

    /// Nobody is given it any more.
    pub(crate) fn take(&self) -> Option<Endpoint> {
        self.0.send_replace(None)
    }

    /// This one is in use from now on.
    pub(crate) fn put(&self, endpoint: Endpoint) {
        self.0.send_replace(Some(endpoint));
    }
}

/// Gives each endpoint once.
pub(crate) struct Following(watch::Receiver<Option<Endpoint>>);

impl Following {
    /// The next one. Whoever stops waiting misses none.
    pub(crate) async fn next(&mut self) -> Endpoint {
        while self.0.changed().await.is_ok() {
            if let Some(endpoint) = &*self.0.borrow_and_update() {
                return endpoint.clone();
            }
        }
        // The party has left.
        pending().await
    }
}
