//! Every kind of NAT, by what a host behind it finds out.

use e3_lab::{Behaviour, Filtering, Mapping, Nat, Ports};
use e3_session::types::Dependence;

use crate::scene::{behind, only, reflector, seen_from_home, v4};

fn kinds() -> Vec<(&'static str, Nat)> {
    let with = |mapping, filtering, ports| {
        Nat::Router(Behaviour {
            mapping,
            filtering,
            ports,
            ..Behaviour::PORT_RESTRICTED
        })
    };
    let mut kinds = vec![
        ("none", Nat::None),
        ("full cone", Nat::full_cone()),
        ("address-restricted", Nat::address_restricted()),
        ("port-restricted", Nat::port_restricted()),
        ("symmetric", Nat::symmetric()),
        ("carrier-grade", Nat::carrier_grade()),
        (
            "random ports",
            with(
                Mapping::EndpointIndependent,
                Filtering::AddressAndPortDependent,
                Ports::Random,
            ),
        ),
    ];
    for mapping in [Mapping::AddressDependent, Mapping::AddressAndPortDependent] {
        for filtering in [
            Filtering::EndpointIndependent,
            Filtering::AddressDependent,
            Filtering::AddressAndPortDependent,
        ] {
            kinds.push(("mixed", with(mapping, filtering, Ports::Preserve)));
        }
    }
    kinds
}

/// What is configured: of a home behind a carrier the stricter of the two.
fn declared(nat: &Nat) -> (Dependence, Dependence) {
    let Some(behaviour) = nat.home() else {
        return (
            Dependence::EndpointIndependent,
            Dependence::EndpointIndependent,
        );
    };
    let mapping = match behaviour.mapping {
        Mapping::EndpointIndependent => Dependence::EndpointIndependent,
        Mapping::AddressDependent => Dependence::AddressDependent,
        Mapping::AddressAndPortDependent => Dependence::AddressAndPortDependent,
    };
    let filtering = match behaviour.filtering {
        Filtering::EndpointIndependent => Dependence::EndpointIndependent,
        Filtering::AddressDependent => Dependence::AddressDependent,
        Filtering::AddressAndPortDependent => Dependence::AddressAndPortDependent,
    };
    (mapping, filtering)
}

pub(crate) fn two_addresses_tell_every_kind() {
    for (name, nat) in kinds() {
        let lab = behind(nat.clone());
        let reflectors = ["x", "y"].map(|at| reflector(lab.host(at).unwrap(), &[v4(&lab, at)]));
        let report = seen_from_home(&lab, &reflectors);
        let view = only(&report);
        println!("{name}: {view:?}");
        let (mapping, filtering) = declared(&nat);
        assert!(view.udp, "{name}");
        assert_eq!(view.reflectors, 2, "{name}");
        assert_eq!(view.translated, nat != Nat::None, "{name}");
        assert_eq!(view.mapping, [mapping], "{name}: mapping");
        assert_eq!(view.filtering, [filtering], "{name}: filtering");
    }
}

pub(crate) fn one_address_tells_what_it_can() {
    let either = |declared| match declared {
        Dependence::AddressAndPortDependent => vec![declared],
        _ => vec![
            Dependence::EndpointIndependent,
            Dependence::AddressDependent,
        ],
    };
    for (name, nat) in kinds() {
        let lab = behind(nat.clone());
        let reflectors = [reflector(lab.host("x").unwrap(), &[v4(&lab, "x")])];
        let report = seen_from_home(&lab, &reflectors);
        let view = only(&report);
        println!("{name}: {view:?}");
        let (mapping, filtering) = declared(&nat);
        let expected = if nat == Nat::None {
            vec![mapping]
        } else {
            either(mapping)
        };
        assert_eq!(view.mapping, expected, "{name}: mapping");
        assert_eq!(view.filtering, either(filtering), "{name}: filtering");
    }
}
