//! One task a peer: it finds a carrier when the link has none, and a better one when it has a poor one.

use std::{sync::Arc, time::Duration};

use e3_forward::{LinkState, PeerKey};
use futures::StreamExt as _;
use iroh::{PublicKey, endpoint::Connection};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::{carrier::rank, hub::Hub, key::of_link};

/// Between one round of dialling and the next: at first, and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(300), Duration::from_secs(4));

/// Between one look for a better way and the next: at first, and at most.
const BETTER: (Duration, Duration) = (Duration::from_secs(3), Duration::from_mins(1));

/// How long a carrier that was found may take until the link rides on it.
const SETTLE: Duration = Duration::from_secs(3);

/// A link that is over begins anew after this, at first and at most: the peer may be back soon, but not often.
const ANEW: (Duration, Duration) = (Duration::from_millis(300), Duration::from_mins(1));

/// How long the end that does not lead the link tries by itself to make holes into NATs.
const PUNCH: Duration = Duration::from_secs(15);

/// Sees to it that the link to a peer has the best carrier there is, until the roster does not name the peer any more.
pub(crate) async fn hunt(hub: Arc<Hub>, peer: PublicKey) {
    let Some(mut moved) = hub.peers.watch(&peer) else {
        return;
    };
    let mut pause = PAUSE.0;
    let mut better = Duration::ZERO;
    let mut anew = ANEW.0;
    let link = of_link(&peer);
    while hub.guests.who(&peer).is_some() {
        let Some(mut state) = hub.forwarder.watch(link) else {
            sleep(ANEW.0).await;
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
                if hub.is_best(link) {
                    either(&mut state, &mut moved, BETTER.1).await;
                } else if either(&mut state, &mut moved, better).await == Woken::ByTime {
                    improve(&hub, &peer).await;
                    better = longer(better, BETTER);
                } else {
                    better = Duration::ZERO;
                }
            }
            LinkState::Over { reason } => {
                tracing::debug!(?link, reason, "a link is over");
                sleep(anew).await;
                anew = longer(anew, ANEW);
                hub.forwarder.begin_anew(link);
                let is_over = |state: &LinkState| matches!(state, LinkState::Over { .. });
                // One whose peer did what is wrong stays over, until the roster does not name the peer any more.
                let _begun = state.wait_for(|state| !is_over(state)).await;
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
                sleep(ANEW.0).await;
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
    hub.attach(carrier);
    timeout(SETTLE, settled(state)).await.unwrap_or(false)
}

/// Waits until the link has a carrier, or takes none any more.
async fn settled(state: &mut watch::Receiver<LinkState>) -> bool {
    let is_settled = |state: &LinkState| !matches!(state, LinkState::Searching { .. });
    let settled = state.wait_for(is_settled).await;
    settled.is_ok_and(|state| matches!(*state, LinkState::Attached { .. }))
}

/// Looks for a better way than the link has now.
async fn improve(hub: &Hub, peer: &PublicKey) {
    let by_tcp = async {
        if let Some(carrier) = hub.seek_by_tcp(peer).await {
            hub.attach(carrier);
        }
    };
    let by_holes = async {
        // Only the end that has opened a connection makes holes for it, and some pairs of NATs need it to be the other.
        if hub.chosen.quic
            && !hub.leads(peer)
            && hub.rank_of(of_link(peer)) <= Some(rank::RELAYED)
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
    fn rank_of(&self, link: PeerKey) -> Option<u8> {
        let report = self.forwarder.report(link)?;
        Some(report.carrier?.rank)
    }

    /// Whether nothing better can be found.
    fn is_best(&self, link: PeerKey) -> bool {
        let best = if self.chosen.tcp {
            rank::TCP
        } else {
            rank::DIRECT
        };
        self.rank_of(link).is_some_and(|rank| rank >= best)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_is_over_begins_anew_ever_more_seldom() {
        let mut pause = ANEW.0;
        let pauses = [(); 10].map(|()| {
            let now = pause;
            pause = longer(pause, ANEW);
            now.as_millis()
        });
        let doubled = [300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400];
        assert_eq!(pauses[..8], doubled);
        assert_eq!(pauses[8..], [60_000; 2]);
    }
}
