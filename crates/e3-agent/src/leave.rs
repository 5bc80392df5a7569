//! The end, however it comes: *leave*, or a controller that has vanished.

use std::{fs, time::Duration};

use e3_session::message::Reply;
use tokio::time::{Instant, timeout, timeout_at};

use crate::{agent::Agent, connect::FAREWELL, identity, introduce::OWN, services::OVERLAY};

/// Between the polite signal and the other, for whatever still runs.
const GRACE: Duration = Duration::from_millis(500);

/// After this long, what has not ended is broken off.
const PATIENCE: Duration = Duration::from_secs(4);

impl Agent {
    /// Stops what runs, leaves the overlay, removes what was made; then answers the request, if there is one.
    pub(crate) async fn leave(mut self, request: Option<u32>) {
        self.ending.send_replace(true);
        let commands = self.commands.values().map(|command| &command.stop);
        for running in self.run.iter().chain(commands) {
            running.stop(GRACE);
        }
        let deadline = Instant::now() + PATIENCE;
        while !self.tasks.is_empty() {
            let Ok(happened) = timeout_at(deadline, self.event()).await else {
                break;
            };
            self.settle(happened).await;
        }
        // Processes die with their tasks, and private inputs go.
        self.tasks.shutdown().await;
        self.job = None;
        self.orphans.sweep().await;

        if let Some(joined) = self.joined.write().await.take() {
            match timeout(FAREWELL, joined.leave()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "the overlay was not left cleanly"),
                Err(_) => tracing::warn!("the overlay took too long to leave"),
            }
        }
        if let Some(overlay) = self.overlay.take() {
            // Where it was joined, nothing of it is left; where it never was, this is what ends it.
            let _ = timeout(FAREWELL, overlay.abandon()).await;
        }
        self.stop_services().await;
        self.staging = None;
        if let Some(folder) = self.folder.take() {
            // There may never have been one.
            let _ = fs::remove_dir_all(folder.join(OVERLAY));
            identity::remove(&folder.join(OWN));
            // Stays if something was kept in it, or if it holds what is not ours.
            let _ = fs::remove_dir(folder);
        }
        if let Some(id) = request {
            self.answer(id, Reply::Left).await;
        }
    }
}
