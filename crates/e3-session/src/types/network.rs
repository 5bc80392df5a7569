//! How a host is attached to the network, as its own agent has found out.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use serde::{Deserialize, Serialize};

use super::Transport;

/// What an agent has found out about its host's network.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NetworkReport {
    /// One of each version of IP in which both the host and a reflector have an address.
    pub views: Vec<NetworkView>,
    /// How each service was reached, in every way that was tried.
    pub services: Vec<ServiceReach>,
}

/// How a host is seen from outside, by one version of IP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkView {
    /// The host's own address.
    pub local: IpAddr,
    /// Whether any reflector's answer over UDP has arrived.
    pub udp: bool,
    /// Where its packets seem to come from; none where no answer has arrived.
    pub reflexive: Option<SocketAddr>,
    /// Whether something on the way has changed that.
    pub translated: bool,
    /// On what the outside endpoint of a socket depends (RFC 4787, section 4.1): all that fits what was seen.
    pub mapping: Vec<Dependence>,
    /// On what it depends who may send to it (RFC 4787, section 5): all that fits what was seen.
    pub filtering: Vec<Dependence>,
    /// Addresses of reflectors that have answered; with one alone not everything can be told apart.
    pub reflectors: u16,
}

/// On what a NAT's behaviour depends, in the words of RFC 4787.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dependence {
    /// On no peer.
    EndpointIndependent,
    /// On the peer's address.
    AddressDependent,
    /// On the peer's address and port.
    AddressAndPortDependent,
}

/// How a service was reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceReach {
    /// The service's name.
    pub service: String,
    /// The endpoint that was tried.
    pub address: SocketAddr,
    /// Over what.
    pub transport: Transport,
    /// How often it was tried.
    pub sent: u16,
    /// How often it has answered.
    pub answered: u16,
    /// Round-trip time in milliseconds, the least of those measured.
    pub rtt_ms: Option<f64>,
    /// How far its host's clock is from this one's; none where it does not tell.
    pub clock: Option<ClockOffset>,
}

/// How far another host's clock is ahead of this one's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClockOffset {
    /// By so many milliseconds; negative if it is behind.
    pub offset_ms: f64,
    /// The greatest possible error in milliseconds.
    pub uncertainty_ms: f64,
}

impl Dependence {
    /// All there are.
    pub const ALL: [Self; 3] = [
        Self::EndpointIndependent,
        Self::AddressDependent,
        Self::AddressAndPortDependent,
    ];
}

impl fmt::Display for Dependence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndpointIndependent => "endpoint-independent",
            Self::AddressDependent => "address-dependent",
            Self::AddressAndPortDependent => "address-and-port-dependent",
        })
    }
}
