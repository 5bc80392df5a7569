//! What was seen, and all that fits it.

use std::net::SocketAddr;

use e3_session::types::Dependence::{
    self, AddressAndPortDependent, AddressDependent, EndpointIndependent,
};

/// What a NAT does, as far as can be told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Behaviour {
    pub(super) mapping: Vec<Dependence>,
    pub(super) filtering: Vec<Dependence>,
}

/// Where three destinations have seen one socket.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mapped {
    /// Where it is itself.
    pub(super) local: Option<SocketAddr>,
    pub(super) first: Option<SocketAddr>,
    /// The same address on another port.
    pub(super) other_port: Option<SocketAddr>,
    /// Another address.
    pub(super) other_address: Option<SocketAddr>,
}

/// What came to a socket that had sent to one endpoint alone.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filtered {
    /// Whether that endpoint has answered at all.
    pub(super) asked: bool,
    /// From the other port of that address.
    pub(super) from_other_port: bool,
    /// From another address; none where none could be asked.
    pub(super) from_other_address: Option<bool>,
}

/// On what the outside endpoint depends.
pub(super) fn mapping(seen: Mapped) -> Vec<Dependence> {
    if seen.first.is_some() && seen.first == seen.local {
        // What is not translated is the same for everybody.
        return vec![EndpointIndependent];
    }
    let same = |other: Option<SocketAddr>| Some(seen.first? == other?);
    match (same(seen.other_port), same(seen.other_address)) {
        (Some(false), _) => vec![AddressAndPortDependent],
        (_, Some(true)) => vec![EndpointIndependent],
        (Some(true), Some(false)) => vec![AddressDependent],
        (Some(true), None) => vec![EndpointIndependent, AddressDependent],
        (None, Some(false)) => vec![AddressDependent, AddressAndPortDependent],
        (None, None) => Vec::new(),
    }
}

/// On what it depends who may come in.
pub(super) fn filtering(seen: Filtered) -> Vec<Dependence> {
    match (seen.asked, seen.from_other_port, seen.from_other_address) {
        (false, _, _) => Vec::new(),
        (_, _, Some(true)) => vec![EndpointIndependent],
        (_, true, Some(false)) => vec![AddressDependent],
        (_, true, None) => vec![EndpointIndependent, AddressDependent],
        (_, false, _) => vec![AddressAndPortDependent],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(ports: [Option<u16>; 3]) -> Vec<Dependence> {
        let [first, other_port, other_address] =
            ports.map(|port| Some(SocketAddr::from(([192, 0, 2, 1], port?))));
        mapping(Mapped {
            local: Some(SocketAddr::from(([192, 168, 1, 2], 1))),
            first,
            other_port,
            other_address,
        })
    }

    #[test]
    fn three_destinations_tell_every_mapping() {
        for (ports, found) in [
            ([1, 1, 1], EndpointIndependent),
            ([1, 1, 2], AddressDependent),
            ([1, 2, 3], AddressAndPortDependent),
            ([1, 2, 2], AddressAndPortDependent),
        ] {
            assert_eq!(mapped(ports.map(Some)), [found]);
        }
    }

    #[test]
    fn what_one_address_cannot_tell_is_left_open() {
        let either = [EndpointIndependent, AddressDependent];
        assert_eq!(mapped([Some(1), Some(1), None]), either);
        assert_eq!(mapped([Some(1), Some(2), None]), [AddressAndPortDependent]);
        assert_eq!(mapped([Some(1), None, Some(1)]), [EndpointIndependent]);
        assert_eq!(mapped([Some(1), None, None]), []);
        assert_eq!(mapped([None, Some(1), Some(1)]), []);
        let seen = Filtered {
            asked: true,
            from_other_port: true,
            from_other_address: None,
        };
        assert_eq!(filtering(seen), either);
        assert_eq!(filtering(Filtered::default()), []);
    }

    #[test]
    fn what_is_not_translated_depends_on_nobody() {
        let here = Some(SocketAddr::from(([192, 0, 2, 1], 1)));
        let seen = Mapped {
            local: here,
            first: here,
            other_port: here,
            other_address: None,
        };
        assert_eq!(mapping(seen), [EndpointIndependent]);
    }

    #[test]
    fn two_addresses_tell_every_filter() {
        for (from_other_port, from_other_address, found) in [
            (true, true, EndpointIndependent),
            (true, false, AddressDependent),
            (false, false, AddressAndPortDependent),
            // What came from farther away passes from nearby; that answer was lost.
            (false, true, EndpointIndependent),
        ] {
            let seen = Filtered {
                asked: true,
                from_other_port,
                from_other_address: Some(from_other_address),
            };
            assert_eq!(filtering(seen), [found]);
        }
    }
}
