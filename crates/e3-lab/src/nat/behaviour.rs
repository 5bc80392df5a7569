//! What a NAT does, in the terms of RFC 4787 (UDP), RFC 5382 (TCP) and RFC 5508 (ICMP).

use std::fmt;
use std::time::Duration;

/// On which packets an inside endpoint keeps its outside one (RFC 4787, section 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mapping {
    /// On all: peers can tell one another where it is reached.
    #[default]
    EndpointIndependent,
    /// On those to one address.
    AddressDependent,
    /// On those to one address and port.
    AddressAndPortDependent,
}

/// Whose packets may come in through a mapping (RFC 4787, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Filtering {
    /// Everybody's.
    EndpointIndependent,
    /// Those from addresses that were sent to.
    AddressDependent,
    /// Those from addresses and ports that were sent to.
    #[default]
    AddressAndPortDependent,
}

/// Which outside port a new mapping gets (RFC 4787, section 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Ports {
    /// The inside one if it is free, else a random one.
    #[default]
    Preserve,
    /// A random one, drawn from the lab's seed.
    Random,
}

/// After which silence a mapping is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timeouts {
    /// UDP, since the last packet outwards (RFC 4787, REQ-5 and REQ-6).
    pub udp: Duration,
    /// TCP connections that are established (RFC 5382, REQ-5).
    pub tcp_established: Duration,
    /// TCP connections that begin or end (RFC 5382, REQ-5).
    pub tcp_transitory: Duration,
    /// Pings (RFC 5508, REQ-2).
    pub icmp: Duration,
}

impl Timeouts {
    /// The least that the RFCs allow for TCP and ICMP, and for UDP as well: 2 minutes, 2 hours and 4 minutes,
    /// 4 minutes, 1 minute.
    pub const DEFAULT: Self = Self {
        udp: Duration::from_mins(2),
        tcp_established: Duration::from_mins(124),
        tcp_transitory: Duration::from_mins(4),
        icmp: Duration::from_mins(1),
    };
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What one NAT does.
///
/// ```
/// use e3_lab::{Behaviour, Filtering};
///
/// let mut odd = Behaviour::PORT_RESTRICTED;
/// odd.filtering = Filtering::AddressDependent;
/// assert_eq!(odd, Behaviour::ADDRESS_RESTRICTED);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Behaviour {
    /// On which packets an inside endpoint keeps its outside one.
    pub mapping: Mapping,
    /// Whose packets may come in.
    pub filtering: Filtering,
    /// Whether inside hosts reach one another by their outside endpoints (RFC 4787, section 6). They are filtered as
    /// anybody else.
    pub hairpin: bool,
    /// Which outside port a new mapping gets.
    pub ports: Ports,
    /// After which silence a mapping is forgotten.
    pub timeouts: Timeouts,
    /// Whether UDP is dropped in both directions, as in some offices and hotels.
    pub block_udp: bool,
}

impl Behaviour {
    /// A home router as most are: whoever was sent to may answer, from that port. Also called `home`.
    pub const PORT_RESTRICTED: Self = Self {
        mapping: Mapping::EndpointIndependent,
        filtering: Filtering::AddressAndPortDependent,
        hairpin: false,
        ports: Ports::Preserve,
        timeouts: Timeouts::DEFAULT,
        block_udp: false,
    };
    /// Whoever was sent to may answer, from any port.
    pub const ADDRESS_RESTRICTED: Self = Self {
        filtering: Filtering::AddressDependent,
        ..Self::PORT_RESTRICTED
    };
    /// Once a host has sent anything, everybody may send to it.
    pub const FULL_CONE: Self = Self {
        filtering: Filtering::EndpointIndependent,
        ..Self::PORT_RESTRICTED
    };
    /// A new random port for each endpoint that is sent to: what one peer sees is of no use to another.
    pub const SYMMETRIC: Self = Self {
        mapping: Mapping::AddressAndPortDependent,
        ports: Ports::Random,
        ..Self::PORT_RESTRICTED
    };
    /// As port-restricted, and no UDP.
    pub const UDP_BLOCKED: Self = Self {
        block_udp: true,
        ..Self::PORT_RESTRICTED
    };
    /// What RFC 6888 asks of a carrier's NAT: open to all peers, and hairpins.
    pub const CARRIER: Self = Self {
        hairpin: true,
        ..Self::FULL_CONE
    };
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndpointIndependent => "endpoint-independent",
            Self::AddressDependent => "address-dependent",
            Self::AddressAndPortDependent => "address-and-port-dependent",
        })
    }
}

impl fmt::Display for Filtering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndpointIndependent => "endpoint-independent",
            Self::AddressDependent => "address-dependent",
            Self::AddressAndPortDependent => "address-and-port-dependent",
        })
    }
}
