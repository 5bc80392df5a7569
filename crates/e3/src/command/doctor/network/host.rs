//! One host, for people.

use e3_holder::wire::ExaminedHost;
use e3_session::types::{ClockOffset, Dependence, NetworkView, ServiceReach, Transport};

use crate::view::words;

/// The host, and all that it has found out.
pub(super) fn lines(one: &ExaminedHost) -> Vec<String> {
    let host = &one.host;
    let nat = words::nat(&host.nat);
    let mut lines = vec![format!("{}: {}{nat}", host.host, host.region)];
    if let Some(why) = &one.silent {
        lines.push(format!("  {why}"));
        return lines;
    }
    for view in &one.report.views {
        lines.push(format!("  UDP    {}", udp(view, &one.report.services)));
        if view.udp {
            lines.push(format!("  NAT    {}", nat_of(view)));
        }
    }
    lines.extend(services(&one.report.services).map(|text| format!("  reach  {text}")));
    let clocks = clocks(one.clock, &one.report.services);
    lines.extend(clocks.map(|text| format!("  clock  {text}")));
    lines
}

fn version(view: &NetworkView) -> &'static str {
    if view.local.is_ipv4() { "IPv4" } else { "IPv6" }
}

fn udp(view: &NetworkView, services: &[ServiceReach]) -> String {
    let version = version(view);
    if let Some(seen) = view.reflexive {
        return format!("possible over {version}: {} is seen as {seen}", view.local);
    }
    let over_tcp = services.iter().any(|reach| {
        let same = reach.address.is_ipv4() == view.local.is_ipv4();
        same && reach.transport == Transport::Tcp && reach.answered > 0
    });
    if over_tcp {
        format!("not possible over {version}: services answer over TCP, and none over UDP")
    } else {
        format!("not known over {version}: no service has answered at all")
    }
}

/// What stands in front of the host, by the name that it usually has, and piece by piece.
fn nat_of(view: &NetworkView) -> String {
    let name = match (view.translated, &view.mapping[..], &view.filtering[..]) {
        (false, _, [Dependence::EndpointIndependent]) => "none, and no filter",
        (false, _, _) => "none, but a filter",
        (_, [Dependence::EndpointIndependent], [Dependence::EndpointIndependent]) => "full cone",
        (_, [Dependence::EndpointIndependent], [Dependence::AddressDependent]) => {
            "address-restricted"
        }
        (_, [Dependence::EndpointIndependent], [Dependence::AddressAndPortDependent]) => {
            "port-restricted"
        }
        (_, [Dependence::AddressAndPortDependent], _) => "symmetric",
        _ => "translates",
    };
    let mapping = format!("mapping {}, ", any_of(&view.mapping));
    let mapping = if view.translated {
        mapping
    } else {
        String::new()
    };
    format!("{name}: {mapping}filtering {}", any_of(&view.filtering))
}

fn any_of(found: &[Dependence]) -> String {
    let names: Vec<String> = found.iter().map(ToString::to_string).collect();
    if names.is_empty() {
        "not known".to_owned()
    } else {
        names.join(" or ")
    }
}

/// How services were reached.
fn services(services: &[ServiceReach]) -> impl Iterator<Item = String> + '_ {
    services.iter().map(|reach| {
        let (name, transport) = (&reach.service, reach.transport);
        let at = format!("{name} at {} over {transport}", reach.address);
        match reach.rtt_ms {
            Some(rtt) if reach.answered == reach.sent => format!("{at}: {rtt:.2} ms"),
            Some(rtt) => format!(
                "{at}: {rtt:.2} ms, {} of {} answers",
                reach.answered, reach.sent
            ),
            None => format!("{at}: no answer"),
        }
    })
}

/// How far the host's clock is from others.
fn clocks(
    here: Option<ClockOffset>,
    services: &[ServiceReach],
) -> impl Iterator<Item = String> + '_ {
    let here = here.into_iter();
    let here = here.map(|clock| format!("compared with this machine's: {}", offset(clock)));
    let there = services.iter().filter_map(|reach| {
        let clock = reach.clock?;
        let turned = ClockOffset {
            offset_ms: -clock.offset_ms,
            ..clock
        };
        let (name, transport) = (&reach.service, reach.transport);
        Some(format!(
            "compared with {name}'s over {transport}: {}",
            offset(turned)
        ))
    });
    here.chain(there)
}

fn offset(clock: ClockOffset) -> String {
    let ClockOffset {
        offset_ms,
        uncertainty_ms,
    } = clock;
    let by = offset_ms.abs();
    if by <= uncertainty_ms {
        format!("no difference that could be seen (± {uncertainty_ms:.2} ms)")
    } else if offset_ms > 0.0 {
        format!("{by:.2} ms ahead (± {uncertainty_ms:.2} ms)")
    } else {
        format!("{by:.2} ms behind (± {uncertainty_ms:.2} ms)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(translated: bool, mapping: &[Dependence], filtering: &[Dependence]) -> NetworkView {
        NetworkView {
            local: "192.168.1.2".parse().unwrap(),
            udp: true,
            reflexive: Some("192.0.2.1:5000".parse().unwrap()),
            translated,
            mapping: mapping.to_vec(),
            filtering: filtering.to_vec(),
            reflectors: 1,
        }
    }

    #[test]
    fn nats_have_their_usual_names_and_what_is_open_stays_open() {
        use Dependence::{AddressAndPortDependent, AddressDependent, EndpointIndependent};
        assert_eq!(
            nat_of(&view(
                true,
                &[EndpointIndependent],
                &[AddressAndPortDependent]
            )),
            "port-restricted: mapping endpoint-independent, filtering address-and-port-dependent"
        );
        let either = [EndpointIndependent, AddressDependent];
        assert_eq!(
            nat_of(&view(true, &either, &[AddressAndPortDependent])),
            "translates: mapping endpoint-independent or address-dependent, \
             filtering address-and-port-dependent"
        );
        assert_eq!(
            nat_of(&view(false, &[EndpointIndependent], &[EndpointIndependent])),
            "none, and no filter: filtering endpoint-independent"
        );
    }

    #[test]
    fn what_could_be_chance_is_no_offset() {
        let clock = |offset_ms| ClockOffset {
            offset_ms,
            uncertainty_ms: 10.0,
        };
        assert_eq!(
            offset(clock(-4.0)),
            "no difference that could be seen (± 10.00 ms)"
        );
        assert_eq!(offset(clock(-2500.0)), "2500.00 ms behind (± 10.00 ms)");
        assert_eq!(offset(clock(40.0)), "40.00 ms ahead (± 10.00 ms)");
    }

    #[test]
    fn a_clock_ahead_of_here_is_behind_those_that_are_further_ahead() {
        let clock = |offset_ms| ClockOffset {
            offset_ms,
            uncertainty_ms: 10.0,
        };
        let reach = ServiceReach {
            service: "relay".to_owned(),
            address: "192.0.2.1:3478".parse().unwrap(),
            transport: Transport::Udp,
            sent: 1,
            answered: 1,
            rtt_ms: Some(20.0),
            clock: Some(clock(500.0)),
        };
        let told: Vec<String> = clocks(Some(clock(2500.0)), &[reach]).collect();
        let expected = [
            "compared with this machine's: 2500.00 ms ahead (± 10.00 ms)",
            "compared with relay's over UDP: 500.00 ms behind (± 10.00 ms)",
        ];
        assert_eq!(told, expected);
    }
}
