//! The overlay while it is up.
//!
//! - [`join`]: how it comes up; [`links`]: how peers are reached;
//! - [`ground`]: where programs are, [`carry`]: how their connections get to the tailnet where that is not the kernel's
//!   affair.

mod carry;
mod ground;
mod join;
mod links;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use e3_overlay::{Joined, OverlayError, ProgramNeeds};
use e3_session::types::{Contact, Dial, DialTable, LinkReport, PartyIndex, Ports, Roster};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinHandle,
    time::sleep,
};

use crate::{
    TailscaleError,
    inner::Inner,
    introduced::{Introduced, keys_of},
    ports::Open,
    tailscaled::Tailscaled,
    watch::Watched,
};

use ground::Ground;
pub(crate) use join::join;
use links::{Link, PING};

/// How long tailscaled may take to carry what peers are told at the end.
const FAREWELL: Duration = Duration::from_millis(20);

/// A party that has joined.
pub(crate) struct Member {
    overlay: &'static str,
    tailscaled: Tailscaled,
    place: Ground,
    watched: Arc<Watched>,
    watching: JoinHandle<()>,
    severed: Option<oneshot::Receiver<String>>,
    notices: Option<mpsc::Receiver<String>>,
    /// What programs speak inside the tunnel, if not only their own.
    inner: Option<Inner>,
    /// Whether what others are let in for is looked at.
    guards: bool,
    own: Introduced,
    /// What carries packets that find no direct way.
    relay: String,
    me: PartyIndex,
    dial: Dial,
    ports: Ports,
    timeout: Duration,
    /// All parties, in the order of indices.
    parties: Vec<(String, Introduced)>,
    links: Mutex<BTreeMap<PartyIndex, Link>>,
}

#[async_trait]
impl Joined for Member {
    fn dial_table(&self) -> DialTable {
        self.place.dial_table()
    }

    fn program_needs(&self) -> ProgramNeeds {
        let inner = self.inner.as_ref().map(Inner::program_needs);
        ProgramNeeds {
            place: self.place.program_place(),
            notice: self.place.notice().map(str::to_owned),
            ..inner.unwrap_or_default()
        }
    }

    fn notices(&mut self) -> Option<mpsc::Receiver<String>> {
        self.notices.take()
    }

    fn severed(&mut self) -> Option<oneshot::Receiver<String>> {
        self.severed.take()
    }

    fn helpers(&self) -> Vec<u32> {
        vec![self.tailscaled.pid()]
    }

    async fn links(&self) -> Vec<LinkReport> {
        let known = self.links.lock().await;
        let netmap = self.watched.latest();
        let peers = self.peers();
        peers
            .map(|(index, key)| {
                let node = netmap.as_ref().and_then(|netmap| netmap.peers.get(&key));
                self.report(index, known.get(&index), node)
            })
            .collect()
    }

    async fn ping(&self, peer: PartyIndex) -> Result<LinkReport, OverlayError> {
        let key = self.peers().find(|(index, _)| *index == peer);
        let (_, key) = key.ok_or(OverlayError::NoSuchParty { index: peer.0 })?;
        let link = self.measure(key, PING).await;
        let node = self
            .watched
            .latest()
            .and_then(|netmap| netmap.peers.get(&key).cloned());
        let report = self.report(peer, Some(&link), node.as_ref());
        self.links.lock().await.insert(peer, link);
        Ok(report)
    }

    /// Whoever stays keeps its connections, whatever its index is now.
    async fn change(&mut self, roster: &Roster, _: &[Contact]) -> Result<(), OverlayError> {
        let overlay = self.overlay;
        self.take(roster).await.map_err(|error| error.of(overlay))
    }

    async fn leave(self: Box<Self>) -> Result<(), OverlayError> {
        let Self {
            tailscaled,
            place,
            watching,
            ..
        } = *self;
        watching.abort();
        let _ended = watching.await;
        place.hang_up();
        sleep(FAREWELL).await;
        tailscaled.leave().await;
        drop(place);
        Ok(())
    }
}

impl Member {
    async fn take(&mut self, roster: &Roster) -> Result<(), TailscaleError> {
        let keys = keys_of(roster, self.overlay)?;
        let me = keys.iter().position(|keys| keys.node == self.own.node);
        let me = me.and_then(|me| u16::try_from(me).ok()).map(PartyIndex);
        self.me = me.ok_or(TailscaleError::OtherKeys)?;
        let names = roster.parties.iter().map(|entry| entry.name.clone());
        self.parties = names.zip(keys).collect();
        let open = self.guards.then(|| Open::to(self.ports, self.me));
        self.watched.expect(self.expected(), open);
        self.links.lock().await.clear();
        if let Some(inner) = &self.inner {
            inner.change(roster, self.me)?;
        }
        // Whom the roster leaves out is cut off before anybody is waited for.
        self.furnish()?;
        self.prepare().await;
        self.furnish()
    }
}
