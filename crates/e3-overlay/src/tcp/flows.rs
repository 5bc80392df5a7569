//! What a firewall has to let through: programs dial one another's hosts themselves.

use e3_session::types::{PartyIndex, PortLayout, Transport};

use super::ping::quiet_port;
use crate::{End, Flow, PortChoice, Purpose, Scene};

/// Each connection that the program will open; the same on the first port, to join; and a look at the port on which
/// nobody listens, to measure.
pub(crate) fn flows(scene: &Scene) -> Vec<Flow> {
    let Scene {
        parties,
        dial,
        ports,
        services: _,
        options: _,
    } = scene;
    let quiet = quiet_port(ports.base);
    let indices = || (0..*parties).map(PartyIndex);
    let pairs = indices().flat_map(|from| indices().map(move |to| (from, to)));
    let mut flows = Vec::new();
    for (from, to) in pairs.filter(|(from, to)| from != to) {
        let flow = |port, purpose| Flow {
            from: End::Party(from),
            to: End::Party(to),
            transport: Transport::Tcp,
            port,
            purpose,
        };
        if dial.dials(from, to) {
            flows.push(flow(PortChoice::One(ports.base), Purpose::Join));
            flows.push(flow(PortChoice::One(ports.of(to)), Purpose::Program));
            if ports.layout == PortLayout::Any {
                flows.push(flow(PortChoice::Any, Purpose::Program));
            }
        }
        flows.push(flow(PortChoice::One(quiet), Purpose::Measure));
    }
    flows
}

#[cfg(test)]
mod tests {
    use e3_session::types::{Dial, Options, Ports};

    use super::*;

    fn scene(dial: Dial, layout: PortLayout) -> Vec<String> {
        let scene = Scene {
            parties: 3,
            dial,
            ports: Ports { base: 5000, layout },
            services: Vec::new(),
            options: Options::default(),
        };
        let flows = flows(&scene).into_iter();
        let needed = flows.filter(|flow| flow.purpose.is_needed());
        let shown = needed.map(|flow| match (&flow.from, &flow.to) {
            (End::Party(from), End::Party(to)) => {
                format!("{from}-{to} {} {}", flow.port, flow.purpose)
            }
            ends => panic!("{ends:?}"),
        });
        shown.collect()
    }

    #[test]
    fn whoever_dials_decides_the_direction() {
        assert_eq!(
            scene(Dial::LowerToHigher, PortLayout::Indexed),
            [
                "0-1 5000 joining",
                "0-1 5001 the program",
                "0-2 5000 joining",
                "0-2 5002 the program",
                "1-2 5000 joining",
                "1-2 5002 the program",
            ]
        );
        assert_eq!(scene(Dial::HigherToLower, PortLayout::One).len(), 6);
        assert_eq!(scene(Dial::Mesh, PortLayout::One).len(), 12);
        let any = scene(Dial::LowerToHigher, PortLayout::Any);
        assert!(any.contains(&"0-1 any the program".to_owned()), "{any:?}");
    }
}
