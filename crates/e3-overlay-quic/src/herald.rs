//! Tells peers where this party is, and hears where they are.

use std::{
    collections::{BTreeSet, VecDeque},
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use e3_overlay::{Mailbox, Pen};
use e3_session::types::PartyIndex;
use futures::StreamExt as _;
use iroh::{EndpointAddr, PublicKey, Watcher as _};
use tokio::{sync::mpsc, time::sleep};

use crate::{
    contact::{MAX_ADDRESSES, Record, can_be_at},
    hub::Hub,
};

/// Changes come in groups: so long is waited for the rest of one.
const GROUP: Duration = Duration::from_millis(500);

/// Sends this party's contact record to all peers whenever it changes, and to each that is new; takes theirs.
pub(crate) async fn herald(
    hub: Arc<Hub>,
    mut mailbox: Mailbox,
    mut new_peers: mpsc::UnboundedReceiver<PublicKey>,
) {
    let mut places = Places::default();
    let mut changes = hub.endpoint.watch_addr().stream();
    let mut letters = VecDeque::new();
    let pen = mailbox.pen();
    let mut open = true;
    loop {
        tokio::select! {
            Some(now) = changes.next() => {
                // The first is told at once.
                if places.sequence > 0 {
                    sleep(GROUP).await;
                }
                let now = if places.sequence > 0 { hub.endpoint.addr() } else { now };
                if places.take(&hub, &now) {
                    let peers = hub.peers().into_iter();
                    letters = peers.map(|(_, key)| key).collect();
                }
            }
            heard = mailbox.receive(), if open => match heard {
                Some((from, bytes)) => letters.extend(hear(&hub, from, &bytes)),
                // The agent carries nothing any more; the endpoint still does.
                None => open = false,
            },
            Some(key) = new_peers.recv() => letters.push_back(key),
            sent = send_first(&hub, &pen, &places, &letters), if !letters.is_empty() => {
                letters.pop_front();
                if !sent {
                    letters.clear();
                }
            }
        }
    }
}

/// Sends the record to the first of those that wait for it; false if nothing can be sent any more.
async fn send_first(hub: &Hub, pen: &Pen, places: &Places, to: &VecDeque<PublicKey>) -> bool {
    let index = to.front().and_then(|key| hub.guests.who(key));
    match (index, &places.record) {
        (Some(index), Some(record)) => pen.send(index, record.clone()).await.is_ok(),
        (None, _) | (_, None) => true,
    }
}

/// Takes what a peer says of where it is; gives whoever should be told the same of this party.
fn hear(hub: &Hub, from: PartyIndex, bytes: &[u8]) -> Option<PublicKey> {
    match hub.book.take(bytes) {
        Ok(taken) => {
            hub.peers.poke(&taken.key);
            // Whoever was not there yet when this party told the others has told of itself first.
            taken.first.then_some(taken.key)
        }
        Err(error) => {
            tracing::debug!(%from, %error, "a contact record is not believed");
            None
        }
    }
}

/// Where this party is.
#[derive(Default)]
struct Places {
    sequence: u64,
    addresses: BTreeSet<IpAddr>,
    told: Option<Record>,
    /// The record as it travels.
    record: Option<Vec<u8>>,
}

impl Places {
    /// Takes what the endpoint knows of its addresses; whether that is something new to tell.
    fn take(&mut self, hub: &Hub, now: &EndpointAddr) -> bool {
        let quic: Vec<SocketAddr> = now
            .ip_addrs()
            .copied()
            .filter(|at| can_be_at(*at))
            .take(MAX_ADDRESSES)
            .collect();
        let addresses: BTreeSet<IpAddr> = quic.iter().map(SocketAddr::ip).collect();
        let gone: BTreeSet<IpAddr> = self.addresses.difference(&addresses).copied().collect();
        if !gone.is_empty() || (self.sequence > 0 && addresses != self.addresses) {
            hub.wires.tear(&gone);
            hub.peers.poke_all();
        }
        let tcp = addresses.iter().filter(|_| hub.tcp_port != 0);
        let record = Record {
            session: hub.session,
            sequence: 0,
            tcp: tcp
                .map(|address| SocketAddr::new(*address, hub.tcp_port))
                .collect(),
            quic,
            relays: now
                .relay_urls()
                .map(ToString::to_string)
                .take(MAX_ADDRESSES)
                .collect(),
        };
        self.addresses = addresses;
        if self.told.as_ref() == Some(&record) {
            return false;
        }
        self.sequence += 1;
        let numbered = Record {
            sequence: self.sequence,
            ..record.clone()
        };
        self.record = Some(numbered.sign(&hub.key).encode());
        self.told = Some(record);
        true
    }
}
