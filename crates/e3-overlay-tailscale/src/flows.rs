//! What a firewall has to let through.

use e3_overlay::{End, Flow, PortChoice, Purpose, Scene, ServiceKind};
use e3_session::types::{PartyIndex, Transport};

use crate::coordinator::service::chosen;

/// Every party reaches the coordinator over TCP, which carries packets by DERP, too, where nothing else does. All else makes
/// them take a shorter way.
pub(crate) fn flows(scene: &Scene) -> Vec<Flow> {
    let kind = ServiceKind::Coordinator.as_str();
    let coordinators = scene.services.iter().filter(|service| service.kind == kind);
    let indices = || (0..scene.parties).map(PartyIndex);
    let mut flows = Vec::new();
    for (from, service) in indices().flat_map(|from| coordinators.clone().map(move |to| (from, to)))
    {
        let ports = chosen(&service.ports);
        let to = [
            (Transport::Tcp, ports.server, Purpose::Join),
            (Transport::Tcp, ports.desk, Purpose::Join),
            // It tells parties how the world sees them, without which NATs let nothing through directly.
            (Transport::Udp, ports.stun, Purpose::Better),
        ];
        flows.extend(to.map(|(transport, port, purpose)| Flow {
            from: End::Party(from),
            to: End::Service(service.name.clone()),
            transport,
            port: PortChoice::One(port),
            purpose,
        }));
    }
    let pairs = indices().flat_map(|from| indices().map(move |to| (from, to)));
    flows.extend(
        pairs
            .filter(|(from, to)| from != to)
            .map(|(from, to)| Flow {
                from: End::Party(from),
                to: End::Party(to),
                transport: Transport::Udp,
                port: PortChoice::Any,
                purpose: Purpose::Better,
            }),
    );
    flows
}
