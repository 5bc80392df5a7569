//! What is told of a link.

use std::sync::PoisonError;

use e3_session::types::{Attempt, LinkReport, Path, Tried};

use super::Wireguard;
use crate::{
    engine::{Carrier, State, Way},
    guests::Guest,
};

/// What carries links.
fn transport(by: Carrier) -> &'static str {
    match by {
        Carrier::User => "wireguard/udp",
        Carrier::Kernel => "wireguard/kernel",
    }
}

impl Wireguard {
    /// What is known of the link to a peer.
    pub(super) fn report(&self, peer: &Guest, states: &[State]) -> LinkReport {
        let unknown = |reason: &str| Path::Unreachable {
            reason: reason.to_owned(),
        };
        let Some(state) = states.iter().find(|state| state.key == peer.key) else {
            let path =
                unknown("the data plane does not know it: it has ended, or is too busy to answer");
            return LinkReport::new(self.me, peer.index, path, None);
        };
        let path = match state.way {
            Some(Way::Direct(at)) => Path::Direct {
                address: at.to_string(),
            },
            Some(Way::Relayed(by)) => {
                let mut relays = self.relays.iter();
                let name = relays.find(|relay| relay.key == by);
                Path::Relayed {
                    by: name.map_or_else(|| format!("{by:?}"), |relay| relay.name.clone()),
                }
            }
            None if state.places.is_empty() => unknown("it has not told where it is"),
            None => unknown("it does not answer, neither directly nor by a relay"),
        };
        let known = self.hub.round_trips.lock();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        let rtt = state.rtt.or(known.get(&peer.key).copied());
        let rtt_ms = rtt.map(|rtt| rtt.as_secs_f64() * 1e3);
        let transport = transport(self.hub.engine.carrier());
        let found = !matches!(path, Path::Unreachable { .. });
        LinkReport {
            transport: found.then(|| transport.to_owned()),
            sent: Some(state.sent),
            received: Some(state.received),
            resumptions: state.moves,
            tried: tried(&path, transport, rtt_ms, state),
            ..LinkReport::new(self.me, peer.index, path, rtt_ms)
        }
    }
}

/// The ways that were tried: that which is used, or, where none was found, each place.
fn tried(path: &Path, transport: &str, rtt_ms: Option<f64>, state: &State) -> Vec<Tried> {
    let attempt = |path, outcome, rtt_ms| Tried {
        path,
        transport: transport.to_owned(),
        outcome,
        rtt_ms,
    };
    if !matches!(path, Path::Unreachable { .. }) {
        return vec![attempt(path.clone(), Attempt::Answered, rtt_ms)];
    }
    let places = state.places.iter().map(|at| {
        let path = Path::Direct {
            address: at.to_string(),
        };
        let reason = "no answer".to_owned();
        attempt(path, Attempt::Failed { reason }, None)
    });
    places.collect()
}
