//! One task a peer: it finds a carrier when the link has none, and a better one when it has a poor one.

use std::{sync::Arc, time::Duration};

use e3_forward::LinkState;
use e3_session::types::PartyIndex;
use futures::StreamExt as _;
use iroh::{PublicKey, endpoint::Connection};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::{carrier::rank, hub::Hub};

/// Between one round of dialling and the next: at first, and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(300), Duration::from_secs(4));

/// Between one look for a better way and the next: at first, and at most.
const BETTER: (Duration, Duration) = (Duration::from_secs(3), Duration::from_mins(1));

/// How long a carrier that was found may take until the link rides on it.
const SETTLE: Duration = Duration::from_secs(3);

/// A link that is over begins anew after this: the peer may be back soon.
const ANEW: Duration = Duration::from_millis(300);

/// How long the end that does not lead the link tries by itself to make holes into NATs.
const PUNCH: Duration = Duration::from_secs(15);

/// Sees to it that the link to a peer has the best carrier there is, until the roster does not name the peer any more.
pub(crate) async fn hunt(hub: Arc<Hub>, peer: PublicKey) {
    let Some(mut moved) = hub.peers.watch(&peer) else {
        return;
    };
    let mut pause = PAUSE.0;
    let mut better = Duration::ZERO;
    while let Some(index) = hub.guests.who(&peer) {
        let Some(mut state) = hub.forwarder.watch(index) else {
            sleep(ANEW).await;
            continue;
        };
        let now = state.borrow_and_update().clone();
        match now {
            LinkState::Searching { .. } => {
                better = Duration::ZERO;
                let found = search(&hub, &peer, &mut state, &mut moved).await;
                if !found {
                    either(&mut state, &mut moved, pause).await;
                    pause = longer(pause, PAUSE);
                }
            }
            LinkState::Attached { .. } => {
                pause = PAUSE.0;
                if hub.is_best(index) {
                    either(&mut state, &mut moved, BETTER.1).await;
                } else if either(&mut state, &mut moved, better).await == Woken::ByTime {
                    improve(&hub, &peer, index).await;
                    better = longer(better, BETTER);
                } else {
                    better = Duration::ZERO;
                }
            }
            LinkState::Over { reason } => {
                tracing::debug!(%index, reason, "a link is over");
                sleep(ANEW).await;
                if let Some(index) = hub.guests.who(&peer) {
                    hub.forwarder.add_peer(index, hub.leads(&peer));
                }
            }
        }
    }
}

/// What has ended a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Woken {
    ByTime,
    ByNews,
}

/// Waits for the link to change, for the peer to move, or for so long.
async fn either(
    state: &mut watch::Receiver<LinkState>,
    moved: &mut watch::Receiver<u64>,
    pause: Duration,
) -> Woken {
    tokio::select! {
        changed = state.changed() => {
            // A link that was removed is looked for anew, and not in haste.
            if changed.is_err() {
                sleep(ANEW).await;
            }
            Woken::ByNews
        }
        _ = moved.changed() => Woken::ByNews,
        () = sleep(pause) => Woken::ByTime,
    }
}

/// Twice as long, between the least and the most.
fn longer(pause: Duration, (least, most): (Duration, Duration)) -> Duration {
    (pause * 2).clamp(least, most)
}

/// Looks for a carrier until the link has one, be it that the peer has dialled; whether it has.
async fn search(
    hub: &Hub,
    peer: &PublicKey,
    state: &mut watch::Receiver<LinkState>,
    moved: &mut watch::Receiver<u64>,
) -> bool {
    let found = tokio::select! {
        found = hub.seek(peer, moved) => found,
        settled = settled(state) => return settled,
    };
    let Some(carrier) = found else {
        return false;
    };
    hub.attach(peer, carrier);
    timeout(SETTLE, settled(state)).await.unwrap_or(false)
}

/// Waits until the link has a carrier, or takes none any more.
async fn settled(state: &mut watch::Receiver<LinkState>) -> bool {
    let is_settled = |state: &LinkState| !matches!(state, LinkState::Searching { .. });
    let settled = state.wait_for(is_settled).await;
    settled.is_ok_and(|state| matches!(*state, LinkState::Attached { .. }))
}

/// Looks for a better way than the link has now.
async fn improve(hub: &Hub, peer: &PublicKey, index: PartyIndex) {
    let by_tcp = async {
        if let Some(carrier) = hub.seek_by_tcp(peer).await {
            hub.attach(peer, carrier);
        }
    };
    let by_holes = async {
        // Only the end that has opened a connection makes holes for it, and some pairs of NATs need it to be the other.
        if hub.chosen.quic
            && !hub.leads(peer)
            && hub.rank_of(index) <= Some(rank::RELAYED)
            && let Some(connection) = hub.call(peer).await
        {
            let _direct = timeout(PUNCH, until_direct(&connection)).await;
            // What was found is known to the other connection, too.
            connection.close(0_u32.into(), b"");
        }
    };
    tokio::join!(by_tcp, by_holes);
}

/// Waits until a connection has a direct path.
async fn until_direct(connection: &Connection) {
    let mut changes = connection.paths_stream();
    while let Some(paths) = changes.next().await {
        if paths.iter().any(|path| path.is_ip()) {
            return;
        }
    }
}

impl Hub {
    /// How good the carrier of a link is; `None` if it has none.
    fn rank_of(&self, index: PartyIndex) -> Option<u8> {
        let report = self.forwarder.report(index)?;
        Some(report.carrier?.rank)
    }

    /// Whether nothing better can be found.
    fn is_best(&self, index: PartyIndex) -> bool {
        let best = if self.chosen.tcp {
            rank::TCP
        } else {
            rank::DIRECT
        };
        self.rank_of(index).is_some_and(|rank| rank >= best)
    }
}
