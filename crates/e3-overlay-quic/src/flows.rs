//! What a firewall has to let through.

use e3_overlay::{End, Flow, PortChoice, Purpose, Scene, ServiceKind};
use e3_reflector::{USUAL_PORTS, service_ports};
use e3_session::types::{PartyIndex, ServiceFacts, Transport};

use iroh::RelayUrl;
use iroh_relay::defaults::DEFAULT_RELAY_QUIC_PORT;

use crate::{
    elsewhere::Elsewhere,
    options::{Chosen, RelaySource},
};

/// Every party reaches the relay, over TCP alone if need be, and with that everything works. All else makes packets take a
/// shorter way.
pub(crate) fn flows(scene: &Scene) -> Vec<Flow> {
    let chosen = Chosen::read(&scene.options);
    let relays = scene.services.iter().filter(|service| {
        chosen.relay == RelaySource::Own && service.kind == ServiceKind::Relay.as_str()
    });
    // What cannot be read is told where options are checked.
    let others = Elsewhere::read(&scene.options).unwrap_or_default();
    let indices = || (0..scene.parties).map(PartyIndex);
    let mut flows = Vec::new();
    for from in indices() {
        flows.extend(relays.clone().flat_map(|relay| to_relay(from, relay)));
        flows.extend(others.urls.iter().flat_map(|url| elsewhere(from, url)));
    }
    // Where no relay is known, nothing but a direct path carries a link.
    let direct = if flows.is_empty() {
        Purpose::Join
    } else {
        Purpose::Better
    };
    let port = chosen.port;
    let port = port.map_or(PortChoice::Any, |port| PortChoice::One(port.get()));
    let pairs = indices().flat_map(|from| indices().map(move |to| (from, to)));
    for (from, to) in pairs.filter(|(from, to)| from != to) {
        let carriers = [
            (Transport::Tcp, chosen.tcp, direct),
            (Transport::Udp, chosen.quic, Purpose::Better),
        ];
        for (transport, _, purpose) in carriers.into_iter().filter(|(_, used, _)| *used) {
            flows.push(Flow {
                from: End::Party(from),
                to: End::Party(to),
                transport,
                port,
                purpose,
            });
        }
    }
    flows
}

/// What a party opens to a relay that somebody else runs.
fn elsewhere(from: PartyIndex, url: &RelayUrl) -> [Flow; 2] {
    let host = url.host_str().unwrap_or_default();
    let ports = [
        (
            Transport::Tcp,
            url.port_or_known_default().unwrap_or(443),
            Purpose::Join,
        ),
        (Transport::Udp, DEFAULT_RELAY_QUIC_PORT, Purpose::Better),
    ];
    ports.map(|(transport, port, purpose)| Flow {
        from: End::Party(from),
        to: End::Elsewhere(host.trim_end_matches('.').to_owned()),
        transport,
        port: PortChoice::One(port),
        purpose,
    })
}

fn to_relay(from: PartyIndex, relay: &ServiceFacts) -> impl Iterator<Item = Flow> {
    let port = |transport| {
        let mut ports = relay.ports.iter();
        let declared = ports.find(|port| port.transport == transport);
        declared.map_or(443, |declared| declared.port)
    };
    let flow = |transport, purpose| Flow {
        from: End::Party(from),
        to: End::Service(relay.name.clone()),
        transport,
        port: PortChoice::One(port(transport)),
        purpose,
    };
    let relayed = [
        flow(Transport::Tcp, Purpose::Join),
        // It tells parties how the world sees them, without which NATs let nothing through directly.
        flow(Transport::Udp, Purpose::Better),
    ];
    // Beside it, what tells hosts what their NATs do.
    let reflected = service_ports(USUAL_PORTS).into_iter().map(|at| Flow {
        from: End::Party(from),
        to: End::Service(relay.name.clone()),
        transport: at.transport,
        port: PortChoice::One(at.port),
        purpose: Purpose::Measure,
    });
    relayed.into_iter().chain(reflected.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use e3_session::types::{Dial, OptionValue, Options, Ports};

    use super::*;

    #[test]
    fn a_port_that_is_fixed_is_told_and_one_that_is_not_is_any() {
        for (port, told) in [(None, PortChoice::Any), (Some(7843), PortChoice::One(7843))] {
            let port = port.map(|port| ("port".to_owned(), OptionValue::Port(port)));
            let flows = flows(&Scene {
                parties: 2,
                dial: Dial::LowerToHigher,
                ports: Ports::one(4300),
                services: Vec::new(),
                options: Options(port.into_iter().collect()),
            });
            let transports: Vec<_> = flows.iter().map(|flow| flow.transport).collect();
            assert_eq!(transports, [Transport::Tcp, Transport::Udp].repeat(2));
            assert!(flows.iter().all(|flow| flow.port == told), "{flows:?}");
        }
    }
}
