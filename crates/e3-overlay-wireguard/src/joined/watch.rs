//! Whether the data plane still runs.

use std::{sync::Weak, time::Duration};

use tokio::{sync::oneshot, time::sleep};

use crate::herald::Hub;

/// How often it is looked.
const WATCH: Duration = Duration::from_millis(500);

/// Tells when it has ended by itself; nothing if it ends with the party.
pub(super) async fn watch(hub: Weak<Hub>, tell: oneshot::Sender<String>) {
    while let Some(hub) = hub.upgrade() {
        if !hub.engine.is_well() {
            let reason = "WireGuard's data plane has ended; the agent's log says why";
            let _gone = tell.send(reason.to_owned());
            return;
        }
        drop(hub);
        sleep(WATCH).await;
    }
}
