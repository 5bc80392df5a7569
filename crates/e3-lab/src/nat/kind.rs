//! What can stand between a site and the Internet: nothing, one NAT, or two.

use super::behaviour::Behaviour;

/// What stands between a site and the Internet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Nat {
    /// Nothing: its hosts have public addresses.
    #[default]
    None,
    /// A router that translates IPv4 and filters IPv6.
    Router(Behaviour),
    /// Such a router behind a carrier's NAT: between the two, addresses are of 100.64.0.0/10 (RFC 6598).
    CarrierGrade {
        /// The home's router.
        home: Behaviour,
        /// The carrier's NAT.
        carrier: Carrier,
    },
}

/// A carrier's NAT.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Carrier {
    /// The sites that name the same carrier share it, and with it one public address. They must be in one region and
    /// agree about its behaviour. Without a name it is one site's own.
    pub name: Option<String>,
    /// What it does.
    pub behaviour: Behaviour,
}

impl Nat {
    /// [`Behaviour::PORT_RESTRICTED`]: what stands in most homes.
    pub const fn port_restricted() -> Self {
        Self::Router(Behaviour::PORT_RESTRICTED)
    }

    /// [`Behaviour::ADDRESS_RESTRICTED`].
    pub const fn address_restricted() -> Self {
        Self::Router(Behaviour::ADDRESS_RESTRICTED)
    }

    /// [`Behaviour::FULL_CONE`].
    pub const fn full_cone() -> Self {
        Self::Router(Behaviour::FULL_CONE)
    }

    /// [`Behaviour::SYMMETRIC`].
    pub const fn symmetric() -> Self {
        Self::Router(Behaviour::SYMMETRIC)
    }

    /// [`Behaviour::UDP_BLOCKED`].
    pub const fn udp_blocked() -> Self {
        Self::Router(Behaviour::UDP_BLOCKED)
    }

    /// [`Behaviour::PORT_RESTRICTED`] behind a [`Behaviour::CARRIER`] of the site's own.
    pub const fn carrier_grade() -> Self {
        Self::CarrierGrade {
            home: Behaviour::PORT_RESTRICTED,
            carrier: Carrier {
                name: None,
                behaviour: Behaviour::CARRIER,
            },
        }
    }

    /// The router at the site itself; none where hosts have public addresses.
    pub const fn home(&self) -> Option<&Behaviour> {
        match self {
            Self::None => None,
            Self::Router(home) | Self::CarrierGrade { home, .. } => Some(home),
        }
    }

    /// The carrier's NAT beyond it.
    pub const fn carrier(&self) -> Option<&Carrier> {
        match self {
            Self::None | Self::Router(_) => None,
            Self::CarrierGrade { carrier, .. } => Some(carrier),
        }
    }
}
