//! What a firewall has to let through.

use std::num::NonZeroU16;

use e3_overlay::{End, Flow, PortChoice, Purpose, Scene, ServiceKind};
use e3_reflector::{USUAL_PORTS, service_ports};
use e3_session::types::{PartyIndex, Transport};

use crate::{options::Chosen, service};

/// Every party reaches the relay over UDP, and with that everything works. All else makes packets take a shorter way.
pub(crate) fn flows(scene: &Scene) -> Vec<Flow> {
    let chosen = Chosen::read(&scene.options);
    let services = scene.services.iter();
    let relays = services.filter(|one| chosen.relay && one.kind == ServiceKind::Relay.as_str());
    let indices = || (0..scene.parties).map(PartyIndex);
    let mut flows = Vec::new();
    for from in indices() {
        for relay in relays.clone() {
            let to_relay = |port, transport, purpose| Flow {
                from: End::Party(from),
                to: End::Service(relay.name.clone()),
                transport,
                port: PortChoice::One(port),
                purpose,
            };
            let port = service::port(&relay.ports);
            flows.push(to_relay(port, Transport::Udp, Purpose::Join));
            for at in service_ports(USUAL_PORTS) {
                // The first one tells parties how the world sees them.
                let purpose = match at.transport {
                    Transport::Udp if at.port == USUAL_PORTS[0] => Purpose::Better,
                    _ => Purpose::Measure,
                };
                flows.push(to_relay(at.port, at.transport, purpose));
            }
        }
    }
    // Where no relay is known, nothing but a direct path carries a link.
    let purpose = if flows.is_empty() {
        Purpose::Join
    } else {
        Purpose::Better
    };
    let port = chosen.port.map(NonZeroU16::get);
    let pairs = indices().flat_map(|from| indices().map(move |to| (from, to)));
    for (from, to) in pairs.filter(|(from, to)| from != to) {
        flows.push(Flow {
            from: End::Party(from),
            to: End::Party(to),
            transport: Transport::Udp,
            port: port.map_or(PortChoice::Any, PortChoice::One),
            purpose,
        });
    }
    flows
}
