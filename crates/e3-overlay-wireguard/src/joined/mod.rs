//! A party that has joined.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use e3_forward::place::{Plan, Tunnelled};
use e3_overlay::{Joined, OverlayError, ProgramNeeds};
use e3_session::types::{Contact, Dial, DialTable, LinkReport, PartyIndex, Path, Ports, Roster};
use futures::future::join_all;
use tokio::{
    sync::oneshot,
    task::JoinSet,
    time::{Instant, sleep, timeout_at},
};

mod join;
mod pulse;
mod report;
mod watch;

pub(crate) use join::join;
use pulse::measure;

use crate::{
    WireguardError,
    engine::{Carrier, Member, Role},
    guests::{Guest, guests},
    herald::Hub,
    service::Told,
};

/// How long a peer may take to answer a ping.
const PING: Duration = Duration::from_secs(2);

/// How long one attempt of several may take, and the pause between two.
const ATTEMPT: Duration = Duration::from_millis(600);
const PAUSE: Duration = Duration::from_millis(20);

/// A party that has joined, and what it does.
pub(crate) struct Wireguard {
    hub: Arc<Hub>,
    place: Arc<Tunnelled>,
    relays: Vec<Told>,
    me: PartyIndex,
    dial: Dial,
    ports: Ports,
    timeout: Duration,
    /// Told when the data plane has ended, until somebody asks for it.
    severed: Option<oneshot::Receiver<String>>,
    tasks: JoinSet<()>,
}

#[async_trait]
impl Joined for Wireguard {
    fn dial_table(&self) -> DialTable {
        self.place.dial_table()
    }

    fn program_needs(&self) -> ProgramNeeds {
        ProgramNeeds {
            place: self.place.program_place(),
            ..ProgramNeeds::default()
        }
    }

    fn severed(&mut self) -> Option<oneshot::Receiver<String>> {
        self.severed.take()
    }

    async fn links(&self) -> Vec<LinkReport> {
        let states = self.hub.engine.look().await;
        let peers = self.hub.peers().into_iter();
        peers.map(|peer| self.report(&peer, &states)).collect()
    }

    async fn ping(&self, peer: PartyIndex) -> Result<LinkReport, OverlayError> {
        let mut peers = self.hub.peers().into_iter();
        let guest = peers.find(|guest| guest.index == peer);
        let guest = guest.ok_or(OverlayError::NoSuchParty { index: peer.0 })?;
        let rtt = self.echo(&guest, PING).await;
        let states = self.hub.engine.look().await;
        let mut report = self.report(&guest, &states);
        report.rtt_ms = rtt.map(|rtt| rtt.as_secs_f64() * 1e3);
        if rtt.is_none() && !matches!(report.path, Path::Unreachable { .. }) {
            report.path = Path::Unreachable {
                reason: format!("no answer in {} s", PING.as_secs()),
            };
        }
        Ok(report)
    }

    /// Whoever stays keeps its session and all connections over it, whatever its index is now.
    async fn change(&mut self, roster: &Roster, contacts: &[Contact]) -> Result<(), OverlayError> {
        let all = guests(roster, &self.relays)?;
        let own = self.hub.keys.tunnel.public();
        let me = all.iter().find(|guest| guest.key == own);
        let me = me.ok_or(OverlayError::NoSuchParty { index: self.me.0 })?;
        self.me = me.index;
        let plan = self.plan(roster);
        // Both ends of a connection hear that it has ended while packets still pass.
        self.place.change(&plan).map_err(WireguardError::Place)?;
        self.take(all, contacts);
        self.settle().await;
        Ok(())
    }

    async fn leave(self: Box<Self>) -> Result<(), OverlayError> {
        let Self {
            hub,
            place,
            mut tasks,
            ..
        } = *self;
        tasks.shutdown().await;
        // Peers' programs are told that connections end; silence would tell them late.
        place.hang_up();
        hub.engine.set_members(Vec::new());
        let _told = hub.engine.look().await;
        let carrier = hub.engine.carrier();
        // Its thread has ended, and its socket is closed, when this returns.
        drop(hub);
        if carrier == Carrier::Kernel {
            // The kernel's socket is closed with its interface.
            place.remove().map_err(WireguardError::Place)?;
        }
        drop(place);
        Ok(())
    }
}

impl Wireguard {
    /// From now on these are the parties, and nobody else.
    fn take(&self, all: Vec<Guest>, contacts: &[Contact]) {
        let own = self.hub.keys.tunnel.public();
        let mut known = self.hub.known();
        for contact in contacts {
            let guest = all.iter().find(|guest| guest.index == contact.party);
            if let Some(guest) = guest {
                known.contacts.insert(guest.key, contact.addresses.clone());
            }
        }
        known.guests = all;
        known.forget_strangers();
        let peers = known.guests.iter().filter(|guest| guest.key != own);
        let peers = peers.map(|guest| Member {
            key: guest.key,
            role: Role::Party,
            allowed: guest.addresses.clone(),
            places: known.places(&guest.key),
        });
        let relays = self.relays.iter().map(Told::member);
        self.hub.engine.set_members(peers.chain(relays).collect());
        drop(known);
        self.hub.changes.send_modify(|count| *count += 1);
    }

    /// The round trip to a peer; none if it does not answer in time.
    async fn echo(&self, peer: &Guest, within: Duration) -> Option<Duration> {
        match self.hub.engine.carrier() {
            Carrier::User => self.hub.engine.ping(peer.key, within).await,
            Carrier::Kernel => measure(&self.hub, &self.place, peer, within).await,
        }
    }

    fn plan(&self, roster: &Roster) -> Plan {
        join::plan(roster, self.me, self.dial, self.ports)
    }

    /// Waits until every peer has answered, as long as one may take.
    async fn settle(&self) {
        let deadline = Instant::now() + self.timeout;
        let peers = self.hub.peers();
        let answers = peers.iter().map(|peer| async move {
            let answered = async {
                while self.echo(peer, ATTEMPT).await.is_none() {
                    sleep(PAUSE).await;
                }
            };
            let _late = timeout_at(deadline, answered).await;
        });
        join_all(answers).await;
    }
}
