//! The overlay while it is up.

use std::{
    sync::{Arc, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use e3_forward::{
    ForwardSettings, Forwarder, Guard, LinkState, Notice, Place,
    place::{Plan, Resident},
};
use e3_identity::canonical;
use e3_overlay::{Joined, Joining, OverlayError, ProgramNeeds, ProgramRules};
use e3_session::types::{
    Contact, Dial, DialTable, LinkReport, PartyIndex, Path, Ports, Roster, RunId, ServiceFacts,
};
use futures::future::join_all;
use iroh::{EndpointId, PublicKey};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
    time::{Instant, timeout, timeout_at},
};

use crate::{
    QuicError,
    acquaintance::{Acquaintances, why},
    book::Book,
    carrier::Tripwires,
    door,
    endpoint::{self, Relays},
    guests::{Guests, keys_of},
    herald::herald,
    hub::Hub,
    hunt::hunt,
    key::SessionKey,
    neighbours::neighbours,
    options::{Chosen, RelaySource},
    relay::Told,
    tls::Tls,
};

/// How long a peer may take to answer a ping.
const PING: Duration = Duration::from_secs(2);

/// How long the endpoint may take to tell peers that it goes.
const FAREWELL: Duration = Duration::from_secs(1);

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
}

/// Joins: makes the endpoint, the program's place and the links, and waits until the links have carriers.
pub(crate) async fn join(key: SessionKey, joining: Joining) -> Result<Quic, OverlayError> {
    let Joining {
        roster,
        me,
        contacts,
        dial,
        ports,
        options,
        timeout,
        services,
        mailbox,
    } = joining;
    let chosen = Chosen::read(&options);
    let keys = keys_of(&roster)?;
    let guests = Guests::default();
    let relays = Arc::new(relays(&chosen, &services)?);
    let tls = Tls::new(&key, guests.clone())?;
    let listener = chosen.tcp.then(door::listen).transpose()?;
    let tcp_port = match &listener {
        Some(listener) => port_of(listener)?,
        None => 0,
    };
    let endpoint = Box::pin(endpoint::bind(&key, guests.clone(), &relays)).await?;
    let place = Place::open(&plan(&roster, me, dial, ports, &chosen));
    let place = Arc::new(place.map_err(QuicError::Place)?);
    let mut settings = ForwardSettings::new(context(&roster));
    settings.outage = chosen.outage;
    let forwarder = Forwarder::start(Arc::clone(&place) as _, me, settings);
    let hub = Arc::new(Hub {
        session: roster.session,
        key,
        chosen,
        book: Book::new(roster.session, guests.clone()),
        guests,
        keys: RwLock::default(),
        peers: Acquaintances::default(),
        relays,
        endpoint,
        tls,
        tcp_port,
        wires: Tripwires::default(),
        forwarder,
    });
    if let Some(lost) = place.notice() {
        tracing::error!("{lost}");
    }
    let mut tasks = JoinSet::new();
    tasks.spawn(repeat(hub.forwarder.notices()));
    let (new_peers, told) = mpsc::unbounded_channel();
    hub.take(keys);
    tasks.spawn(herald(Arc::clone(&hub), mailbox, told));
    tasks.spawn(door::receive_by_quic(Arc::clone(&hub)));
    if let Some(listener) = listener {
        tasks.spawn(door::receive_by_tcp(Arc::clone(&hub), listener));
    }
    if hub.chosen.lan {
        tasks.spawn(neighbours(Arc::clone(&hub)));
    }
    let mut quic = Quic {
        hub,
        place,
        me,
        dial,
        ports,
        timeout,
        tasks,
        hunts: Vec::new(),
        new_peers,
    };
    quic.heed(&contacts);
    for (index, key) in quic.hub.peers() {
        quic.meet(index, key);
    }
    quic.settle().await;
    Ok(quic)
}

/// The relays that were chosen.
fn relays(chosen: &Chosen, services: &[ServiceFacts]) -> Result<Relays, QuicError> {
    let own = || {
        let relays = services.iter().filter(|service| service.kind == "relay");
        let told = relays.map(|facts| {
            Told::read(facts).map_err(|source| QuicError::Relay {
                name: facts.name.clone(),
                source,
            })
        });
        told.collect::<Result<Vec<_>, _>>()
    };
    Ok(match &chosen.relay {
        RelaySource::Own => Relays {
            own: own()?,
            others: Vec::new(),
        },
        RelaySource::None => Relays::default(),
        RelaySource::N0 => Relays::n0(),
        RelaySource::Urls(urls) => Relays {
            own: Vec::new(),
            others: urls.clone(),
        },
    })
}

fn port_of(listener: &tokio::net::TcpListener) -> Result<u16, QuicError> {
    let at = listener.local_addr().map_err(|source| QuicError::Listen {
        at: "a port of TCP".to_owned(),
        source,
    })?;
    Ok(at.port())
}

/// Says aloud what happens to links.
async fn repeat(mut notices: mpsc::UnboundedReceiver<Notice>) {
    while let Some(Notice { peer, what }) = notices.recv().await {
        tracing::warn!("party {peer}: {what}");
    }
}

/// What both ends of a link must have in common: the session.
fn context(roster: &Roster) -> [u8; 32] {
    canonical::digest(
        "e3/quic-link/1",
        &serde_bytes::Bytes::new(&roster.session.0),
    )
}

fn plan(roster: &Roster, me: PartyIndex, dial: Dial, ports: Ports, chosen: &Chosen) -> Plan {
    let residents = roster.parties.iter().map(|entry| Resident {
        name: entry.name.clone(),
        addresses: entry.addresses.clone(),
    });
    Plan {
        me,
        parties: residents.collect(),
        dial,
        ports,
        wanted: chosen.program,
    }
}

impl Quic {
    /// Makes the link to a peer, and begins to look for it.
    fn meet(&mut self, index: PartyIndex, key: PublicKey) {
        self.hub.forwarder.add_peer(index, self.hub.leads(&key));
        let hunting = self.tasks.spawn(hunt(Arc::clone(&self.hub), key));
        self.hunts.push((key, hunting));
        // The herald ends with this.
        let _told = self.new_peers.send(key);
    }

    /// Ends the links to these, and waits until their connections have ended: programs could not hear of it any more once
    /// the addresses are gone.
    async fn part(&self, gone: &[PartyIndex]) {
        let ending = gone.iter().filter_map(|index| {
            let state = self.hub.forwarder.watch(*index);
            let why = "the roster does not name it any more";
            self.hub.forwarder.remove_peer(*index, why);
            state
        });
        let ended = ending.map(|mut state| async move { while state.changed().await.is_ok() {} });
        let _ended = timeout(FAREWELL * 2, join_all(ended)).await;
    }

    /// Takes what the controller says of where peers are.
    fn heed(&self, contacts: &[Contact]) {
        for contact in contacts {
            if let Some(key) = self.hub.key_at(contact.party) {
                self.hub.peers.set_contact(&key, &contact.addresses);
            }
        }
    }

    /// Waits until every link has a carrier, as long as a peer may take.
    async fn settle(&self) {
        let deadline = Instant::now() + self.timeout;
        let all = self.hub.peers().into_iter();
        join_all(all.map(|(index, _)| self.settle_with(index, deadline))).await;
    }

    /// Waits until the link to a peer has a carrier, and is measured.
    async fn settle_with(&self, index: PartyIndex, deadline: Instant) {
        let attached = |state: &LinkState| matches!(state, LinkState::Attached { .. });
        // A link that begins anew meanwhile is another one.
        while let Some(mut state) = self.hub.forwarder.watch(index) {
            let attached = timeout_at(deadline, state.wait_for(attached)).await;
            match attached.map(|state| state.is_ok()) {
                Ok(true) => {
                    // One that does not answer is about to look for another carrier.
                    let answer = timeout_at(deadline, self.hub.forwarder.ping(index, PING)).await;
                    if !matches!(answer, Ok(None)) {
                        return;
                    }
                }
                Ok(false) => {}
                Err(_) => return,
            }
        }
    }

    /// What is known of the link to a peer.
    fn report(&self, to: PartyIndex, key: &EndpointId) -> LinkReport {
        let tried = self.hub.peers.tried(key);
        let facts = self.hub.forwarder.report(to).unwrap_or_default();
        let state = self
            .hub
            .forwarder
            .watch(to)
            .map(|state| state.borrow().clone());
        let path = match state {
            Some(LinkState::Attached { facts: then }) => facts
                .carrier
                .as_ref()
                .map_or(then.path, |now| now.path.clone()),
            Some(LinkState::Searching { why: reason, .. }) => Path::Unreachable {
                reason: why(&tried).unwrap_or(reason),
            },
            Some(LinkState::Over { reason }) => Path::Unreachable { reason },
            None => Path::Unreachable {
                reason: "the roster does not name it any more".to_owned(),
            },
        };
        let rtt_ms = facts.rtt.map(|rtt| rtt.as_secs_f64() * 1e3);
        LinkReport {
            transport: facts.carrier.map(|carrier| carrier.transport),
            sent: Some(facts.sent),
            received: Some(facts.received),
            resumptions: u32::try_from(facts.resumptions).unwrap_or(u32::MAX),
            tried,
            ..LinkReport::new(self.me, to, path, rtt_ms)
        }
    }
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
        let rtt = self.hub.forwarder.ping(peer, PING).await;
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
        self.hub.take(keys);
        let after = self.hub.peers();
        let now = |key: &PublicKey| {
            let mut after = after.iter();
            after
                .find(|(_, other)| other == key)
                .map(|(index, _)| *index)
        };
        let mut stay = Vec::new();
        let mut gone = Vec::new();
        for (old, key) in &before {
            match now(key) {
                Some(new) => stay.push((*old, new)),
                None => gone.push(*old),
            }
        }
        self.part(&gone).await;
        self.hunts.retain(|(key, hunting)| {
            let stays = now(key).is_some();
            if !stays {
                hunting.abort();
            }
            stays
        });
        self.hub.forwarder.renumber(me, &stay);
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
        let Self {
            hub,
            place,
            mut tasks,
            ..
        } = *self;
        tasks.shutdown().await;
        let endpoint = hub.endpoint.clone();
        if let Some(hub) = Arc::into_inner(hub) {
            hub.forwarder.leave().await;
        }
        drop(place);
        let _closed = timeout(FAREWELL, endpoint.close()).await;
        Ok(())
    }
}
