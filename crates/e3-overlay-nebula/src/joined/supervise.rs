//! What is watched and done while nebula runs.

use std::{sync::Weak, time::Duration};

use e3_stock::Daemon;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{Instant, interval_at},
};

use super::host::Host;
use crate::{log::Event, watch::Watch};

/// Reads nebula's lines until it has ended, or until somebody was seen who must not be: what is returned tells.
pub(super) fn supervise(
    tasks: &mut JoinSet<()>,
    daemon: &Daemon,
    mut lines: mpsc::Receiver<String>,
    watch: Watch,
) -> oneshot::Receiver<String> {
    let ended = daemon.end();
    let (sever, severed) = oneshot::channel();
    tasks.spawn(async move {
        let watching = async {
            while let Some(line) = lines.recv().await {
                let event = Event::read(&line);
                if let Some(why) = event.and_then(|event| watch.heed(event)) {
                    return why;
                }
            }
            std::future::pending().await
        };
        let why = tokio::select! {
            why = watching => why,
            why = ended => why,
        };
        // Nobody may want to know any more.
        let _ = sever.send(why);
        // So that lines have a reader.
        while lines.recv().await.is_some() {}
    });
    severed
}

/// Certifies the host anew after each half of its certificate's lifetime.
pub(super) async fn renewal(host: Weak<Host>, lifetime: Duration) {
    let half = lifetime / 2;
    let mut due = interval_at(Instant::now() + half, half);
    loop {
        due.tick().await;
        let Some(host) = host.upgrade() else { return };
        if let Err(error) = host.renew() {
            tracing::error!("this host's certificate cannot be renewed: {error}");
        }
    }
}
