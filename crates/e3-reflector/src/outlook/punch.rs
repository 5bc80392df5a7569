//! Whether two hosts behind NATs can open a way to one another over UDP (RFC 5128, section 3.3).
//!
//! Each knows at first where a third one has seen the other, and sends there. Packets that come through show more
//! endpoints, to which something is sent, too. A way is open when what one sends from an endpoint to another comes
//! through, and so does what is sent back.

use e3_session::types::Dependence;

/// What a NAT does to UDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nat {
    /// On what the outside endpoint of a socket depends.
    pub mapping: Dependence,
    /// On what it depends who may send to it.
    pub filtering: Dependence,
}

/// After so many rounds nothing new is learned that helps: endpoints that are made for one another come by themselves.
const ROUNDS: usize = 4;

/// An outside endpoint of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Endpoint {
    /// The one that a third host has seen.
    Seen,
    /// The one for whatever is sent to the other side's address.
    ForAddress,
    /// The one for what is sent to this endpoint of the other side.
    For(Box<Endpoint>),
}

/// One side.
struct Side {
    nat: Nat,
    /// Endpoints of the other one to which it sends.
    known: Vec<Endpoint>,
}

impl Side {
    fn new(nat: Nat) -> Self {
        Self {
            nat,
            known: vec![Endpoint::Seen],
        }
    }

    /// Where packets to that endpoint come from.
    fn source(&self, to: &Endpoint) -> Endpoint {
        match self.nat.mapping {
            Dependence::EndpointIndependent => Endpoint::Seen,
            Dependence::AddressDependent => Endpoint::ForAddress,
            Dependence::AddressAndPortDependent => Endpoint::For(Box::new(to.clone())),
        }
    }

    /// Whether a packet from there to this endpoint of ours comes in.
    fn admits(&self, from: &Endpoint, at: &Endpoint) -> bool {
        let mut through = self.known.iter().filter(|to| self.source(to) == *at);
        match self.nat.filtering {
            Dependence::EndpointIndependent => *at == Endpoint::Seen || through.next().is_some(),
            Dependence::AddressDependent => through.next().is_some(),
            Dependence::AddressAndPortDependent => through.any(|to| to == from),
        }
    }

    fn learn(&mut self, endpoint: Endpoint) {
        if !self.known.contains(&endpoint) {
            self.known.push(endpoint);
        }
    }
}

/// Whether the two come to have a direct way.
pub fn punches(a: Nat, b: Nat) -> bool {
    let (mut a, mut b) = (Side::new(a), Side::new(b));
    for _ in 0..ROUNDS {
        send(&a, &mut b);
        send(&b, &mut a);
    }
    let both_ways = |to: &Endpoint| {
        let from = a.source(to);
        b.source(&from) == *to && b.admits(&from, to) && a.admits(to, &from)
    };
    a.known.iter().any(both_ways)
}

/// Sends from one side to all that it knows of the other, which learns where it came from.
fn send(from: &Side, to: &mut Side) {
    for endpoint in &from.known {
        let source = from.source(endpoint);
        if to.admits(&source, endpoint) {
            to.learn(source);
        }
    }
}

#[cfg(test)]
mod tests {
    use Dependence::{AddressAndPortDependent, AddressDependent, EndpointIndependent};

    use super::*;

    const fn nat(mapping: Dependence, filtering: Dependence) -> Nat {
        Nat { mapping, filtering }
    }

    const OPEN: Nat = nat(EndpointIndependent, EndpointIndependent);
    const ADDRESS: Nat = nat(EndpointIndependent, AddressDependent);
    const PORT: Nat = nat(EndpointIndependent, AddressAndPortDependent);
    const SYMMETRIC: Nat = nat(AddressAndPortDependent, AddressAndPortDependent);

    #[test]
    fn cones_meet_and_symmetric_ones_need_somebody_open() {
        for (a, b, direct) in [
            (OPEN, OPEN, true),
            (PORT, PORT, true),
            (ADDRESS, PORT, true),
            (OPEN, SYMMETRIC, true),
            (ADDRESS, SYMMETRIC, true),
            (PORT, SYMMETRIC, false),
            (SYMMETRIC, SYMMETRIC, false),
        ] {
            assert_eq!(punches(a, b), direct, "{a:?} {b:?}");
        }
    }

    #[test]
    fn it_does_not_matter_who_is_who() {
        let all = || {
            let each = Dependence::ALL.into_iter();
            each.flat_map(|mapping| Dependence::ALL.map(|filtering| nat(mapping, filtering)))
        };
        for (a, b) in all().flat_map(|a| all().map(move |b| (a, b))) {
            assert_eq!(punches(a, b), punches(b, a), "{a:?} {b:?}");
        }
    }

    #[test]
    fn whoever_depends_on_addresses_alone_is_met_by_addresses_alone() {
        let by_address = nat(AddressDependent, AddressDependent);
        assert!(punches(by_address, ADDRESS));
        assert!(!punches(by_address, PORT));
        assert!(!punches(by_address, by_address));
    }
}
