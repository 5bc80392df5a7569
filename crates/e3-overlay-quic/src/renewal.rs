//! Makes the endpoint anew when the relays are back after an outage.
//!
//! iroh calls a relay that has not answered for a while only after up to 16 s, and as long again by chance, and whatever
//! happens meanwhile, it waits no less. So this party looks by itself whether relays answer, while none is called or a link
//! has no carrier. When they do again and a link still has none, it takes another endpoint, which has not waited for
//! anything yet.

use std::{sync::Arc, time::Duration};

use e3_forward::LinkState;
use futures::{StreamExt as _, stream::FuturesUnordered};
use iroh::{Endpoint, PublicKey, Watcher as _, endpoint::RelayStatus};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{endpoint, hub::Hub, key::of_link, knock::answers};

/// Between one look and the next, while all is well or a relay does not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// The same, while relays answer and there was no outage: a link may have no carrier because its peer has gone.
const CALM: Duration = Duration::from_secs(5);

/// So many looks in a row without an answer are an outage. iroh waits less than a second after a shorter one.
const OUTAGE: u32 = 2;

/// How long links may take to find carriers by themselves when an outage is over.
const GRACE: Duration = Duration::from_millis(1500);

/// Between one try to have the port again and the next.
const RETRY: Duration = Duration::from_millis(100);

/// Watches over relays for the links that need one, until it is dropped.
pub(crate) async fn renewal(hub: Arc<Hub>) {
    // Looks without an answer since all was well.
    let mut silent: u32 = 0;
    loop {
        let next = Instant::now() + AGAIN;
        let searching = searching(&hub);
        if searching.is_empty() && is_online(&hub) {
            silent = 0;
        } else if !one_answers(&hub).await {
            silent = silent.saturating_add(1);
        } else if silent < OUTAGE {
            silent = 0;
            sleep(CALM).await;
        } else if !searching.is_empty() {
            silent = 0;
            // Peers may be reached directly again.
            hub.peers.poke_all();
            sleep(GRACE).await;
            if searching.iter().any(|peer| searches(&hub, peer)) {
                renew(&hub).await;
            }
        }
        sleep_until(next).await;
    }
}

/// Whether iroh takes itself to be connected with a relay.
fn is_online(hub: &Hub) -> bool {
    let endpoint = hub.endpoint.now();
    endpoint.is_some_and(|endpoint| {
        let status = endpoint.home_relay_status().get();
        status.iter().any(RelayStatus::is_connected)
    })
}

/// The peers whose links have no carrier.
fn searching(hub: &Hub) -> Vec<PublicKey> {
    let peers = hub.peers().into_iter().map(|(_, key)| key);
    peers.filter(|peer| searches(hub, peer)).collect()
}

fn searches(hub: &Hub, peer: &PublicKey) -> bool {
    let state = hub.forwarder.watch(of_link(peer));
    state.is_some_and(|state| matches!(*state.borrow(), LinkState::Searching { .. }))
}

/// Whether any relay answers.
async fn one_answers(hub: &Hub) -> bool {
    let urls = hub.relays.urls();
    let mut all: FuturesUnordered<_> = urls.iter().map(|url| answers(url, &hub.relays)).collect();
    while let Some(answers) = all.next().await {
        if answers {
            return true;
        }
    }
    false
}

/// Takes another endpoint with the same key. Carriers on the one before break, and their links go on over others.
async fn renew(hub: &Hub) {
    tracing::debug!("relays answer again: the endpoint is made anew");
    if let Some(old) = hub.endpoint.take() {
        let closed = async move { old.close().await };
        if hub.chosen.port.is_some() {
            closed.await;
        } else {
            // It takes seconds where somebody does not answer.
            tokio::spawn(closed);
        }
    }
    hub.endpoint.put(bound(hub).await);
    hub.peers.poke_all();
}

/// An endpoint. Whoever has yet to let go of the one before still keeps its port.
async fn bound(hub: &Hub) -> Endpoint {
    loop {
        let guests = hub.guests.clone();
        let made = endpoint::bind(&hub.key, guests, &hub.relays, hub.chosen.port);
        match Box::pin(made).await {
            Ok(made) => return made,
            Err(error) => tracing::debug!(%error, "not yet"),
        }
        sleep(RETRY).await;
    }
}
