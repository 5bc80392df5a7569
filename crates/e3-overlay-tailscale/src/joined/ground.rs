//! Where this party's programs are: in a network of their own with the daemon's interface in it, or on the host, with
//! forwards that lead into a daemon in user space.

use std::{
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
};

use e3_forward::place::{Place, PlaceError, Plan, Tunnelled, Wanted};
use e3_overlay::ProgramPlace;
use e3_session::types::{DialTable, PartyIndex};
use tokio::task::JoinHandle;

use super::carry::carry_all;
use crate::{engine::Engine, tailscaled::Tailscaled};

/// Bytes of a packet in the tunnel: what every path takes (RFC 8200, section 5), as Tailscale has it.
const MTU: u32 = 1280;

/// The place of programs. Dropped, nothing of it is left.
pub(super) enum Ground {
    /// Programs speak to their peers' programs themselves.
    Tunnel(Tunnelled),
    /// The daemon does so for them.
    Forwards {
        place: Arc<Place>,
        /// What is lost, in a sentence.
        notice: String,
        peers: Peers,
        carrying: JoinHandle<()>,
    },
}

/// The addresses of the parties in the tailnet, by index.
#[derive(Debug, Clone, Default)]
pub(super) struct Peers(Arc<RwLock<Vec<Option<IpAddr>>>>);

impl Peers {
    fn take(&self, plan: &Plan) {
        let first = plan.parties.iter().map(|one| one.addresses.first());
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *all = first.map(Option::<&_>::copied).collect();
    }

    pub(super) fn address(&self, of: PartyIndex) -> Option<IpAddr> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(usize::from(of.0)).copied().flatten()
    }
}

impl Ground {
    /// Makes it beside a daemon that is registered.
    pub(super) fn open(
        plan: &Plan,
        tailscaled: &Tailscaled,
        engine: &Engine,
    ) -> Result<Self, PlaceError> {
        let why = match (engine, &tailscaled.interface) {
            (Engine::UserSpace(why), _) => why,
            (Engine::Interface, Some(interface)) => {
                let place = Tunnelled::open(plan, MTU)?;
                place.adopt(interface)?;
                return Ok(Self::Tunnel(place));
            }
            (Engine::Interface, None) => "tailscaled has no interface",
        };
        let place = Arc::new(Place::open(&forwards(plan))?);
        let peers = Peers::default();
        peers.take(plan);
        let carrying = tokio::spawn(carry_all(
            Arc::clone(&place),
            peers.clone(),
            tailscaled.api(),
        ));
        let lost = place.notice().unwrap_or_default();
        // The place was told what to be; why is known here.
        let notice = lost.replacen("`program = \"forwards\"` says so", why, 1);
        Ok(Self::Forwards {
            place,
            notice,
            peers,
            carrying,
        })
    }

    pub(super) fn dial_table(&self) -> DialTable {
        match self {
            Self::Tunnel(place) => place.dial_table(),
            Self::Forwards { place, .. } => place.dial_table(),
        }
    }

    pub(super) fn program_place(&self) -> ProgramPlace {
        match self {
            Self::Tunnel(place) => place.program_place(),
            Self::Forwards { place, .. } => place.program_place(),
        }
    }

    /// What is lost where the place is not what it should be, in a sentence for a person.
    pub(super) fn notice(&self) -> Option<&str> {
        match self {
            Self::Tunnel(_) => None,
            Self::Forwards { notice, .. } => Some(notice),
        }
    }

    /// Ends programs' connections with peers, who are told.
    pub(super) fn hang_up(&self) {
        match self {
            Self::Tunnel(place) => place.hang_up(),
            Self::Forwards { carrying, .. } => carrying.abort(),
        }
    }

    /// Takes the plan of a changed roster.
    pub(super) fn change(&self, plan: &Plan) -> Result<(), PlaceError> {
        match self {
            Self::Tunnel(place) => place.change(plan),
            Self::Forwards { place, peers, .. } => {
                peers.take(plan);
                place.change(&forwards(plan))
            }
        }
    }
}

fn forwards(plan: &Plan) -> Plan {
    Plan {
        wanted: Wanted::Forwards,
        ..plan.clone()
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if let Self::Forwards { carrying, .. } = self {
            carrying.abort();
        }
    }
}
