//! Tells peers where this party is, and hears where they are.

use std::{
    collections::{BTreeMap, VecDeque},
    future::{pending, ready},
    sync::Arc,
    time::Duration,
};

use e3_overlay::{Mailbox, Pen};
use e3_session::types::PartyIndex;
use futures::{Stream, StreamExt as _};
use iroh::{Endpoint, EndpointAddr, PublicKey, Watcher as _};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use crate::{hub::Hub, places::Places};

/// Changes come in groups: so long is waited for the rest of one before it is told.
const GROUP: Duration = Duration::from_millis(1500);

/// Who was told so long ago may have joined since, and have heard nothing.
const LONG_AGO: Duration = Duration::from_secs(3);

/// Sends this party's contact record to all peers whenever it changes, and to each that is new; takes theirs.
pub(crate) async fn herald(
    hub: Arc<Hub>,
    mut mailbox: Mailbox,
    mut new_peers: mpsc::UnboundedReceiver<PublicKey>,
) {
    let mut places = Places::default();
    let mut letters = Letters::default();
    let mut endpoints = hub.endpoint.follow();
    let mut changes = whereabouts(&endpoints.next().await);
    // The first record is sent at once.
    let mut due = Some(Instant::now());
    let pen = mailbox.pen();
    let mut open = true;
    loop {
        tokio::select! {
            another = endpoints.next() => changes = whereabouts(&another),
            Some(now) = changes.next() => {
                places.heed(&hub, &now);
                let pause = if letters.record.is_empty() { Duration::ZERO } else { GROUP };
                due = due.or(Some(Instant::now() + pause));
            }
            () = at(due) => {
                due = None;
                let now = hub.endpoint.now().map(|endpoint| endpoint.addr());
                if let Some(record) = now.and_then(|now| places.tell(&hub, &now)) {
                    letters.renew(record, hub.peers().into_iter().map(|(_, key)| key));
                }
            }
            heard = mailbox.receive(), if open => match heard {
                Some((from, bytes)) => {
                    if let Some(new) = hear(&hub, from, &bytes) {
                        letters.answer(new);
                    }
                }
                // The agent carries nothing any more; the endpoint still does.
                None => open = false,
            },
            Some(key) = new_peers.recv() => letters.greet(key),
            () = letters.send_one(&hub, &pen), if !letters.waiting.is_empty() => {}
        }
    }
}

/// Where an endpoint is, whenever that changes. One that is new does not know at first, which is no change.
fn whereabouts(endpoint: &Endpoint) -> impl Stream<Item = EndpointAddr> + Unpin + use<> {
    let nowhere = |at: &EndpointAddr| ready(at.ip_addrs().next().is_none());
    endpoint.watch_addr().stream().skip_while(nowhere)
}

/// Waits until then, or for ever.
async fn at(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => pending().await,
    }
}

/// Takes what a peer says of where it is; gives it if it is the first that was heard of it.
fn hear(hub: &Hub, from: PartyIndex, bytes: &[u8]) -> Option<PublicKey> {
    match hub.book.take(bytes) {
        Ok(taken) => {
            hub.peers.poke(&taken.key);
            taken.first.then_some(taken.key)
        }
        Err(error) => {
            tracing::debug!(%from, %error, "a contact record is not believed");
            None
        }
    }
}

/// This party's record, and who has yet to get it.
#[derive(Default)]
struct Letters {
    record: Vec<u8>,
    waiting: VecDeque<PublicKey>,
    /// When each peer was sent the record.
    sent: BTreeMap<PublicKey, Instant>,
}

impl Letters {
    /// Everybody is to get another record.
    fn renew(&mut self, record: Vec<u8>, peers: impl Iterator<Item = PublicKey>) {
        self.record = record;
        self.sent.clear();
        self.waiting = peers.collect();
    }

    /// A peer that is new to the roster is to get it, unless it has.
    fn greet(&mut self, peer: PublicKey) {
        let comes = self.sent.contains_key(&peer) || self.waiting.contains(&peer);
        if !comes && !self.record.is_empty() {
            self.waiting.push_back(peer);
        }
    }

    /// A peer has told of itself for the first time: if it was told long ago, it was not there yet, and has heard nothing.
    fn answer(&mut self, peer: PublicKey) {
        let before = self.sent.get(&peer);
        if before.is_some_and(|before| before.elapsed() > LONG_AGO) {
            self.waiting.push_back(peer);
        }
    }

    /// Sends it to the first who waits. May be broken off: then it is still to be sent.
    async fn send_one(&mut self, hub: &Hub, pen: &Pen) {
        let Some(peer) = self.waiting.front().copied() else {
            return;
        };
        if let Some(index) = hub.guests.who(&peer)
            && pen.send(index, self.record.clone()).await.is_err()
        {
            // Nothing can be sent any more.
            self.waiting.clear();
        }
        self.waiting.pop_front();
        self.sent.insert(peer, Instant::now());
    }
}
