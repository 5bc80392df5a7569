//! Joining: the program's network, the data plane, and the search for peers.

use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, SocketAddr},
    num::NonZeroU16,
    sync::{Arc, Mutex},
};

use e3_forward::place::{Plan, Resident, Tunnelled, Wanted};
use e3_overlay::{Joining, OverlayError, ServiceKind};
use e3_session::types::{Dial, PartyIndex, Ports, Roster};
use tokio::{
    sync::{oneshot, watch::Sender},
    task::JoinSet,
};

use super::{Wireguard, pulse::pulse, watch};
use crate::{
    WireguardError,
    engine::{
        Carrier, Engine, MTU, Parts,
        kernel::{self, KernelParts},
    },
    guests::guests,
    herald::{Hub, Known, herald},
    key::PrivateKey,
    options::{Chosen, EngineChoice},
    overlay::{Keys, listen},
    service::Told,
};

/// What the kernel calls interfaces of its WireGuard.
const KIND: &str = "wireguard";

/// What the interface is called in the program's network.
const INTERFACE: &str = "wireguard";

/// Joins: makes the program's network and the data plane, and waits until all peers answer.
pub(crate) async fn join(
    keys: Keys,
    chosen: Chosen,
    joining: Joining,
) -> Result<Wireguard, OverlayError> {
    let Joining {
        roster,
        me,
        contacts,
        dial,
        ports,
        timeout,
        services,
        mailbox,
        ..
    } = joining;
    let services = services.iter();
    let relays = services
        .filter(|service| chosen.relay && service.kind == ServiceKind::Relay.as_str())
        .map(Told::read)
        .collect::<Result<Vec<_>, _>>()?;
    let all = guests(&roster, &relays)?;
    let own = all.iter().find(|guest| guest.index == me);
    let wanted = WantedPlane {
        plan: &plan(&roster, me, dial, ports),
        key: &keys.tunnel,
        own: own.map(|own| own.addresses.clone()).unwrap_or_default(),
        relays: &relays,
        chosen,
    };
    let (place, engine) = wanted.have()?;
    let hub = Arc::new(Hub {
        session: roster.session,
        keys,
        engine,
        state: Mutex::new(Known::default()),
        changes: Sender::new(0),
        round_trips: Mutex::new(BTreeMap::new()),
    });
    let mut tasks = JoinSet::new();
    let (tell, severed) = oneshot::channel();
    tasks.spawn(watch::watch(Arc::downgrade(&hub), tell));
    let joined = {
        let wireguard = Wireguard {
            hub: Arc::clone(&hub),
            place: Arc::new(place),
            relays,
            me,
            dial,
            ports,
            timeout,
            severed: Some(severed),
            tasks: JoinSet::new(),
        };
        wireguard.take(all, &contacts);
        tasks.spawn(herald(Arc::clone(&hub), mailbox));
        if hub.engine.carrier() == Carrier::Kernel {
            tasks.spawn(pulse(hub, Arc::clone(&wireguard.place)));
        }
        Wireguard { tasks, ..wireguard }
    };
    joined.settle().await;
    Ok(joined)
}

/// What a program's network and its data plane are made from.
struct WantedPlane<'a> {
    plan: &'a Plan,
    key: &'a PrivateKey,
    own: Vec<IpAddr>,
    relays: &'a [Told],
    chosen: Chosen,
}

impl WantedPlane<'_> {
    /// Both, of the engine that was chosen, or the better one that can be had.
    fn have(self) -> Result<(Tunnelled, Engine), WireguardError> {
        let obstacle = match self.chosen.engine {
            EngineChoice::User => return self.have_user(),
            EngineChoice::Kernel | EngineChoice::Auto => kernel::obstacle(),
        };
        let had = match obstacle {
            None => self.have_kernel(),
            Some(lack) => Err(WireguardError::NoKernel(lack)),
        };
        match had {
            Err(error) if self.chosen.engine == EngineChoice::Auto && may_go_without(&error) => {
                tracing::info!("packets are carried by the agent: {error}");
                self.have_user()
            }
            had => had,
        }
    }

    fn open(&self) -> Result<Tunnelled, WireguardError> {
        Tunnelled::open(self.plan, MTU.into()).map_err(WireguardError::Place)
    }

    fn reflectors(&self) -> Vec<SocketAddr> {
        let all = self.relays.iter();
        all.flat_map(|relay| relay.reflectors.iter().copied())
            .collect()
    }

    fn have_kernel(&self) -> Result<(Tunnelled, Engine), WireguardError> {
        let place = self.open()?;
        let made = place.make(INTERFACE, KIND).map_err(WireguardError::Place)?;
        let port = self.chosen.port.map_or(0, NonZeroU16::get);
        let engine = Engine::start_kernel(KernelParts {
            key: self.key.clone(),
            port,
            interface: (INTERFACE.to_owned(), made),
            reflectors: self.reflectors(),
            relays: !self.relays.is_empty(),
        });
        let engine = engine.map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => WireguardError::Listen {
                at: format!("UDP port {port}"),
                source,
            },
            _ => WireguardError::Engine(source),
        })?;
        tracing::info!("packets are carried by the kernel's WireGuard");
        Ok((place, engine))
    }

    fn have_user(self) -> Result<(Tunnelled, Engine), WireguardError> {
        let place = self.open()?;
        let tun = place.tun(INTERFACE).map_err(WireguardError::Place)?;
        let engine = Engine::start(Parts {
            key: self.key.clone(),
            socket: listen(self.chosen.port)?,
            tun: Some(tun),
            reflectors: self.reflectors(),
            own: self.own,
        });
        Ok((place, engine.map_err(WireguardError::Engine)?))
    }
}

/// Whether an agent can carry packets where the kernel's WireGuard failed so. A port that is taken is taken for both.
fn may_go_without(error: &WireguardError) -> bool {
    !matches!(error, WireguardError::Listen { .. })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_kernel_fails_the_agent_carries_packets() {
        let refused = || io::Error::from(io::ErrorKind::PermissionDenied);
        assert!(may_go_without(&WireguardError::Engine(refused())));
        assert!(!may_go_without(&WireguardError::Listen {
            at: "UDP port 7".to_owned(),
            source: refused(),
        }));
    }
}
