//! A declared site in the lab's words.

use e3_lab::{Access, Behaviour, Carrier, Filtering, Mapping, Nat, Ports, Site};
use e3_spec::{Dependence, Family, Host, NatPorts, NatPreset, ServiceHost};

/// The site of a host, still without hosts.
pub(super) fn site(host: &Host) -> Site {
    Site::new(host.site.to_string(), host.region.to_string())
        .nat(nat(&host.nat))
        .family(family(host.family))
        .access(Access {
            rate: host.access.rate.map(e3_spec::Rate::bits_per_second),
            loss: f64::from(host.access.loss.parts_per_million()) / 1e6,
            jitter: host.access.jitter.into(),
        })
}

/// The site of a host on which nothing but services run, with that host.
pub(super) fn of_service(host: &ServiceHost) -> Site {
    let mut site =
        Site::new(host.site.to_string(), host.region.to_string()).family(family(host.family));
    site.hosts.push(host.name.to_string());
    site
}

fn family(declared: Family) -> e3_lab::Family {
    match declared {
        Family::V4 => e3_lab::Family::V4,
        Family::V6 => e3_lab::Family::V6,
        Family::Dual => e3_lab::Family::Dual,
    }
}

/// What a declared NAT does.
fn nat(declared: &e3_spec::Nat) -> Nat {
    let (base, two_layers) = match declared.preset {
        NatPreset::None => return Nat::None,
        NatPreset::Home | NatPreset::PortRestricted => (Behaviour::PORT_RESTRICTED, false),
        NatPreset::FullCone => (Behaviour::FULL_CONE, false),
        NatPreset::AddressRestricted => (Behaviour::ADDRESS_RESTRICTED, false),
        NatPreset::Symmetric => (Behaviour::SYMMETRIC, false),
        NatPreset::CarrierGrade => (Behaviour::PORT_RESTRICTED, true),
        NatPreset::UdpBlocked => (Behaviour::UDP_BLOCKED, false),
    };
    let home = adjusted(base, declared);
    let name = declared.carrier.as_ref().map(ToString::to_string);
    if two_layers || name.is_some() {
        let carrier = Carrier {
            name,
            behaviour: Behaviour::CARRIER,
        };
        Nat::CarrierGrade { home, carrier }
    } else {
        Nat::Router(home)
    }
}

/// A kind with what is different about it.
fn adjusted(mut home: Behaviour, declared: &e3_spec::Nat) -> Behaviour {
    if let Some(mapping) = declared.mapping {
        home.mapping = match mapping {
            Dependence::Endpoint => Mapping::EndpointIndependent,
            Dependence::Address => Mapping::AddressDependent,
            Dependence::AddressAndPort => Mapping::AddressAndPortDependent,
        };
    }
    if let Some(filtering) = declared.filtering {
        home.filtering = match filtering {
            Dependence::Endpoint => Filtering::EndpointIndependent,
            Dependence::Address => Filtering::AddressDependent,
            Dependence::AddressAndPort => Filtering::AddressAndPortDependent,
        };
    }
    if let Some(ports) = declared.ports {
        home.ports = match ports {
            NatPorts::Preserve => Ports::Preserve,
            NatPorts::Random => Ports::Random,
        };
    }
    home.hairpin = declared.hairpin.unwrap_or(home.hairpin);
    home.block_udp = declared.block_udp.unwrap_or(home.block_udp);
    let times = &mut home.timeouts;
    for (time, declared) in [
        (&mut times.udp, declared.udp_timeout),
        (&mut times.tcp_established, declared.tcp_established_timeout),
        (&mut times.tcp_transitory, declared.tcp_transitory_timeout),
        (&mut times.icmp, declared.icmp_timeout),
    ] {
        *time = declared.map_or(*time, Into::into);
    }
    home
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn of(preset: NatPreset) -> e3_spec::Nat {
        e3_spec::Nat::of(preset)
    }

    #[test]
    fn kinds_are_the_lab_s() {
        assert_eq!(nat(&of(NatPreset::Home)), Nat::port_restricted());
        assert_eq!(nat(&of(NatPreset::FullCone)), Nat::full_cone());
        assert_eq!(nat(&of(NatPreset::Symmetric)), Nat::symmetric());
        assert_eq!(nat(&of(NatPreset::CarrierGrade)), Nat::carrier_grade());
        assert_eq!(nat(&of(NatPreset::UdpBlocked)), Nat::udp_blocked());
    }

    #[test]
    fn what_is_different_is_different_and_nothing_else() {
        let mut declared = of(NatPreset::Home);
        declared.filtering = Some(Dependence::Address);
        assert_eq!(nat(&declared), Nat::address_restricted());
        declared.udp_timeout = Some("30 s".parse().unwrap());
        declared.carrier = Some("tel".parse().unwrap());
        let nat = nat(&declared);
        assert_eq!(nat.home().unwrap().timeouts.udp, Duration::from_secs(30));
        assert_eq!(nat.carrier().unwrap().name.as_deref(), Some("tel"));
    }
}
