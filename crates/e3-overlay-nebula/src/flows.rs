//! What a firewall has to let through.

use e3_overlay::{End, Flow, PortChoice, Purpose, Scene, ServiceKind};
use e3_session::types::{PartyIndex, Transport};

use crate::{lighthouse::USUAL_PORT, options::Chosen};

/// Every party reaches the lighthouse, which tells it where the others are and carries what does not go directly.
pub(crate) fn flows(scene: &Scene) -> Vec<Flow> {
    let chosen = Chosen::read(&scene.options);
    let flow = |from, to, port, purpose| Flow {
        from: End::Party(from),
        to,
        transport: Transport::Udp,
        port,
        purpose,
    };
    let indices = || (0..scene.parties).map(PartyIndex);
    let lighthouses = scene.services.iter();
    let lighthouses =
        lighthouses.filter(|service| service.kind == ServiceKind::Lighthouse.as_str());
    let mut flows = Vec::new();
    for lighthouse in lighthouses {
        let mut ports = lighthouse.ports.iter();
        let port = ports.find(|port| port.transport == Transport::Udp);
        let port = PortChoice::One(port.map_or(USUAL_PORT, |port| port.port));
        let to = End::Service(lighthouse.name.clone());
        flows.extend(indices().map(|from| flow(from, to.clone(), port, Purpose::Join)));
    }
    let direct = if chosen.relayed {
        Purpose::Better
    } else {
        Purpose::Join
    };
    let port = match chosen.port {
        0 => PortChoice::Any,
        port => PortChoice::One(port),
    };
    for from in indices() {
        let others = indices().filter(|to| *to != from);
        flows.extend(others.map(|to| flow(from, End::Party(to), port, direct)));
    }
    flows
}
