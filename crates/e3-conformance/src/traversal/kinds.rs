//! The kinds of NAT, and what theory says of a pair.

use e3_lab::{Behaviour, Filtering, Mapping, Nat};
use e3_reflector::outlook::{self, punches};
use e3_session::types::Dependence;

use super::{Carried, Maker, Way};

/// All kinds of the lab.
pub(super) const KINDS: [(&str, Maker); 7] = [
    ("none", || Nat::None),
    ("full-cone", Nat::full_cone),
    ("address-restricted", Nat::address_restricted),
    ("port-restricted", Nat::port_restricted),
    ("symmetric", Nat::symmetric),
    ("carrier-grade", Nat::carrier_grade),
    ("udp-blocked", Nat::udp_blocked),
];

/// What theory says of a pair: whoever has a public address is reached over TCP at least; else it takes UDP at both ends,
/// and NATs that let one another's packets in (RFC 5128). Where there is no TCP, it takes UDP for everything.
pub(super) fn theory(carried: Carried, one: &Nat, other: &Nat) -> Way {
    let blocked = [one, other].iter().any(|nat| udp(nat).is_none());
    if carried == Carried::ByUdp && blocked {
        return Way::None;
    }
    if *one == Nat::None || *other == Nat::None {
        return Way::Direct;
    }
    match (udp(one), udp(other)) {
        (Some(one), Some(other)) if punches(one, other) => Way::Direct,
        _ => Way::Relayed,
    }
}

/// What all NATs of a site together do to UDP; none where it is blocked.
fn udp(nat: &Nat) -> Option<outlook::Nat> {
    let carrier = nat.carrier().map(|carrier| &carrier.behaviour);
    let all: Vec<&Behaviour> = nat.home().into_iter().chain(carrier).collect();
    if all.iter().any(|behaviour| behaviour.block_udp) {
        return None;
    }
    // What one of them does not let pass does not pass.
    let strictest =
        |of: fn(&Behaviour) -> Dependence| all.iter().map(|behaviour| of(behaviour)).max();
    Some(outlook::Nat {
        mapping: strictest(mapping).unwrap_or(Dependence::EndpointIndependent),
        filtering: strictest(filtering).unwrap_or(Dependence::EndpointIndependent),
    })
}

fn mapping(behaviour: &Behaviour) -> Dependence {
    match behaviour.mapping {
        Mapping::EndpointIndependent => Dependence::EndpointIndependent,
        Mapping::AddressDependent => Dependence::AddressDependent,
        Mapping::AddressAndPortDependent => Dependence::AddressAndPortDependent,
    }
}

fn filtering(behaviour: &Behaviour) -> Dependence {
    match behaviour.filtering {
        Filtering::EndpointIndependent => Dependence::EndpointIndependent,
        Filtering::AddressDependent => Dependence::AddressDependent,
        Filtering::AddressAndPortDependent => Dependence::AddressAndPortDependent,
    }
}
