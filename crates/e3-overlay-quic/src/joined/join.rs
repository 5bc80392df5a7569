//! Joining: the endpoint, the program's place, the links, and what waits for peers.

use std::sync::{Arc, RwLock};

use e3_forward::{
    ForwardSettings, Forwarder, Place,
    place::{Plan, Resident},
};
use e3_identity::canonical;
use e3_overlay::{Joining, OverlayError};
use e3_session::types::{Dial, Options, PartyIndex, Ports, Roster, ServiceFacts};
use tokio::{sync::mpsc, task::JoinSet};

use super::{Quic, tell};
use crate::{
    QuicError,
    acquaintance::Acquaintances,
    book::Book,
    carrier::Tripwires,
    current::Current,
    door,
    elsewhere::Elsewhere,
    endpoint::{self, Relays},
    guests::{Guests, keys_of},
    herald::herald,
    hub::Hub,
    key::SessionKey,
    lookout::{Trouble, lookout},
    neighbours::neighbours,
    options::{Chosen, RelaySource},
    relay::Told,
    renewal::renewal,
    tls::Tls,
};

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
        folder: _,
    } = joining;
    let chosen = Chosen::read(&options);
    let keys = keys_of(&roster)?;
    let guests = Guests::default();
    let relays = Arc::new(relays(&chosen, &options, &services)?);
    let tls = Tls::new(&key, guests.clone())?;
    let listener = chosen.tcp.then(|| door::listen(chosen.port)).transpose()?;
    let tcp_port = match &listener {
        Some(listener) => port_of(listener)?,
        None => 0,
    };
    let endpoint = Box::pin(endpoint::bind(&key, guests.clone(), &relays, chosen.port)).await?;
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
        names: RwLock::default(),
        peers: Acquaintances::default(),
        relays,
        endpoint: Current::new(endpoint),
        tls,
        tcp_port,
        wires: Tripwires::default(),
        trouble: Trouble::default(),
        forwarder,
    });
    if let Some(lost) = place.notice() {
        tracing::error!("{lost}");
    }
    let mut tasks = JoinSet::new();
    let (tell, notices) = tell::channel();
    tasks.spawn(tell::telling(&hub, tell.clone()));
    let (new_peers, told) = mpsc::unbounded_channel();
    hub.take(keys, names_in(&roster));
    tasks.spawn(herald(Arc::clone(&hub), mailbox, told));
    tasks.spawn(door::receive_by_quic(Arc::clone(&hub)));
    if let Some(listener) = listener {
        tasks.spawn(door::receive_by_tcp(Arc::clone(&hub), listener));
    }
    if hub.chosen.lan {
        tasks.spawn(neighbours(Arc::clone(&hub)));
    }
    if hub.chosen.quic && !hub.relays.urls().is_empty() {
        tasks.spawn(renewal(Arc::clone(&hub)));
    }
    if !hub.relays.others.urls.is_empty() {
        tasks.spawn(lookout(Arc::clone(&hub), tell));
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
        notices: Some(notices),
    };
    quic.heed(&contacts);
    for (index, key) in quic.hub.peers() {
        quic.meet(index, key);
    }
    quic.settle().await;
    Ok(quic)
}

/// The relays that were chosen.
fn relays(
    chosen: &Chosen,
    options: &Options,
    services: &[ServiceFacts],
) -> Result<Relays, QuicError> {
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
    Ok(Relays {
        own: match chosen.relay {
            RelaySource::Own => own()?,
            RelaySource::None | RelaySource::N0 | RelaySource::Urls(_) => Vec::new(),
        },
        others: Elsewhere::read(options)?,
    })
}

fn port_of(listener: &tokio::net::TcpListener) -> Result<u16, QuicError> {
    let at = listener.local_addr().map_err(|source| QuicError::Listen {
        at: "a port of TCP".to_owned(),
        source,
    })?;
    Ok(at.port())
}

/// What both ends of a link must have in common: the session.
fn context(roster: &Roster) -> [u8; 32] {
    canonical::digest(
        "e3/quic-link/1",
        &serde_bytes::Bytes::new(&roster.session.0),
    )
}

/// The parties' names, in the order of indices.
pub(super) fn names_in(roster: &Roster) -> Vec<String> {
    let all = roster.parties.iter();
    all.map(|entry| entry.name.clone()).collect()
}

/// Who lives in the program's network.
pub(super) fn plan(
    roster: &Roster,
    me: PartyIndex,
    dial: Dial,
    ports: Ports,
    chosen: &Chosen,
) -> Plan {
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
