//! The overlay while it is up.
//!
//! - `join`: how it comes up;
//! - `links`: links to peers that come and go with the roster, `report`: what is told of them when
//!   somebody asks, `tell`: what they tell unasked.

mod join;
mod links;
mod report;
mod tell;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use e3_forward::{Guard, Place};
use e3_overlay::{Joined, OverlayError, ProgramNeeds, ProgramRules};
use e3_session::types::{
    Contact, Dial, DialTable, LinkReport, PartyIndex, Path, Ports, Roster, RunId,
};
use iroh::PublicKey;
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
    time::timeout,
};

use crate::{QuicError, guests::keys_of, hub::Hub, key::of_link};

pub(crate) use join::join;
use join::{names_in, plan};

/// How long a peer may take to answer a ping.
const PING: Duration = Duration::from_secs(2);

/// A party that has joined, and what it does.
pub(crate) struct Quic {
    hub: Arc<Hub>,
    place: Arc<Place>,
    me: PartyIndex,
    dial: Dial,
    ports: Ports,
    timeout: Duration,
    tasks: JoinSet<()>,
    hunts: Vec<(PublicKey, AbortHandle)>,
    new_peers: mpsc::UnboundedSender<PublicKey>,
    /// Until the agent takes it.
    notices: Option<mpsc::Receiver<String>>,
}

#[async_trait]
impl Joined for Quic {
    fn dial_table(&self) -> DialTable {
        self.place.dial_table()
    }

    fn program_needs(&self) -> ProgramNeeds {
        ProgramNeeds {
            place: self.place.program_place(),
            notice: self.place.notice().map(str::to_owned),
            ..ProgramNeeds::default()
        }
    }

    fn notices(&mut self) -> Option<mpsc::Receiver<String>> {
        self.notices.take()
    }

    fn program_begins(&self, run: RunId, rules: ProgramRules) {
        self.hub.forwarder.guard(match rules {
            ProgramRules::Own => Guard::None,
            ProgramRules::MpycIndex => Guard::MpycIndex,
        });
        self.hub.forwarder.begin_run(run);
    }

    fn program_ended(&self) {
        self.hub.forwarder.end_run();
    }

    async fn links(&self) -> Vec<LinkReport> {
        let peers = self.hub.peers().into_iter();
        peers.map(|(index, key)| self.report(index, &key)).collect()
    }

    async fn ping(&self, peer: PartyIndex) -> Result<LinkReport, OverlayError> {
        let key = self.hub.key_at(peer).filter(|_| peer != self.me);
        let key = key.ok_or(OverlayError::NoSuchParty { index: peer.0 })?;
        let rtt = self.hub.forwarder.ping(of_link(&key), PING).await;
        let mut report = self.report(peer, &key);
        report.rtt_ms = rtt.map(|rtt| rtt.as_secs_f64() * 1e3);
        if rtt.is_none() && !matches!(report.path, Path::Unreachable { .. }) {
            report.path = Path::Unreachable {
                reason: format!("no answer in {} s", PING.as_secs()),
            };
        }
        Ok(report)
    }

    /// Whoever stays keeps its link and all connections over it, whatever its index is now.
    async fn change(&mut self, roster: &Roster, contacts: &[Contact]) -> Result<(), OverlayError> {
        let keys = keys_of(roster)?;
        let own = self.hub.key.public();
        let me = keys.iter().position(|key| *key == own);
        let me = me.and_then(|me| u16::try_from(me).ok()).map(PartyIndex);
        let me = me.ok_or(OverlayError::NoSuchParty { index: self.me.0 })?;
        let before = self.hub.peers();
        self.hub.take(keys, names_in(roster));
        let after = self.hub.peers();
        let now = |key: &PublicKey| {
            let mut after = after.iter();
            after
                .find(|(_, other)| other == key)
                .map(|(index, _)| *index)
        };
        let known = before.iter().map(|(_, key)| *key);
        let (stay, gone): (Vec<_>, Vec<_>) = known.partition(|key| now(key).is_some());
        self.part(&gone).await;
        self.hunts.retain(|(key, hunting)| {
            let stays = now(key).is_some();
            if !stays {
                hunting.abort();
            }
            stays
        });
        let stay = stay
            .iter()
            .filter_map(|key| Some((of_link(key), now(key)?)));
        self.hub.forwarder.renumber(me, &stay.collect::<Vec<_>>());
        self.me = me;
        let plan = plan(roster, me, self.dial, self.ports, &self.hub.chosen);
        self.place.change(&plan).map_err(QuicError::Place)?;
        self.heed(contacts);
        for (index, key) in after {
            if before.iter().all(|(_, known)| *known != key) {
                self.meet(index, key);
            }
        }
        self.settle().await;
        Ok(())
    }

    async fn leave(self: Box<Self>) -> Result<(), OverlayError> {
        let patience = self.farewell();
        let Self {
            hub,
            place,
            mut tasks,
            ..
        } = *self;
        tasks.shutdown().await;
        // Whoever is being let in has the hub, too, for a moment still.
        hub.forwarder.leave().await;
        let endpoint = hub.endpoint.take();
        drop((hub, place));
        if let Some(endpoint) = endpoint {
            let _closed = timeout(patience, endpoint.close()).await;
        }
        Ok(())
    }
}
