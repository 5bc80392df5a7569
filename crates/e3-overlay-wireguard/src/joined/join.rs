//! Joining: the program's network, the data plane, and the search for peers.

use std::sync::{Arc, Mutex};

use e3_forward::place::{Plan, Resident, Tunnelled, Wanted};
use e3_overlay::{Joining, OverlayError, ServiceKind};
use e3_session::types::{Dial, PartyIndex, Ports, Roster};
use tokio::{sync::watch, task::JoinSet};

use super::Wireguard;
use crate::{
    WireguardError,
    engine::{Engine, MTU, Parts},
    guests::guests,
    herald::{Hub, Known, herald},
    options::Chosen,
    overlay::{Keys, listen},
    service::Told,
};

/// What the interface is called in the program's network.
const INTERFACE: &str = "wireguard";

/// Joins: makes the program's network and the data plane, and waits until all peers answer.
pub(crate) async fn join(keys: Keys, joining: Joining) -> Result<Wireguard, OverlayError> {
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
        ..
    } = joining;
    let chosen = Chosen::read(&options);
    let all = guests(&roster)?;
    let services = services.iter();
    let relays = services
        .filter(|service| chosen.relay && service.kind == ServiceKind::Relay.as_str())
        .map(Told::read)
        .collect::<Result<Vec<_>, _>>()?;
    let place = Tunnelled::open(&plan(&roster, me, dial, ports), MTU.into());
    let place = place.map_err(WireguardError::Place)?;
    let tun = place.tun(INTERFACE).map_err(WireguardError::Place)?;
    let own = all.iter().find(|guest| guest.index == me);
    let engine = Engine::start(Parts {
        key: keys.tunnel.clone(),
        socket: listen(chosen.port)?,
        tun: Some(tun),
        own: own.map(|own| own.addresses.clone()).unwrap_or_default(),
        reflectors: relays
            .iter()
            .flat_map(|relay| relay.reflectors.iter().copied())
            .collect(),
    });
    let hub = Arc::new(Hub {
        session: roster.session,
        keys,
        engine: engine.map_err(WireguardError::Engine)?,
        state: Mutex::new(Known::default()),
        changes: watch::Sender::new(0),
    });
    let mut tasks = JoinSet::new();
    let joined = {
        let wireguard = Wireguard {
            hub: Arc::clone(&hub),
            place,
            relays,
            me,
            dial,
            ports,
            timeout,
            tasks: JoinSet::new(),
        };
        wireguard.take(all, &contacts);
        tasks.spawn(herald(hub, mailbox));
        Wireguard { tasks, ..wireguard }
    };
    joined.settle().await;
    Ok(joined)
}

/// Who is to be reached in the program's network.
pub(super) fn plan(roster: &Roster, me: PartyIndex, dial: Dial, ports: Ports) -> Plan {
    let residents = roster.parties.iter().map(|entry| Resident {
        name: entry.name.clone(),
        addresses: entry.addresses.clone(),
    });
    Plan {
        me,
        parties: residents.collect(),
        dial,
        ports,
        wanted: Wanted::Namespace,
    }
}
