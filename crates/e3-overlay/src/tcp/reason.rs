//! Why a peer cannot be reached, in words for a person.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use super::probe::ProbeError;
use crate::reachability::{is_private, share_a_family};

/// What became of the attempts to reach one address.
#[derive(Debug)]
pub(super) enum Failure {
    /// Nobody listened there until the time was up.
    Refused,
    /// No answer until the time was up.
    Silent(Duration),
    /// The network says that there is no way, or the system refuses to try.
    NoWay(io::Error),
    /// Something answered, but not as the peer would.
    Probe(ProbeError),
}

impl Failure {
    /// Whether another attempt may go better: the peer may only not be listening yet.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::Refused | Self::Probe(ProbeError::Broken(_)))
    }

    /// The failure of a TCP connect.
    pub(super) fn connecting(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::ConnectionReset => Self::Probe(ProbeError::Broken(error)),
            _ => Self::NoWay(error),
        }
    }

    /// The failure in words, for a party whose own addresses are `own`.
    pub(super) fn explain(&self, at: SocketAddr, own: &[IpAddr]) -> String {
        let address = at.ip();
        let what = match self {
            Self::Refused => format!("connection refused: nobody listens on {at}"),
            Self::Silent(time) => format!("no answer from {at} in {} s", time.as_secs_f32()),
            Self::NoWay(error) => match error.kind() {
                io::ErrorKind::HostUnreachable => format!("no route to host {address}"),
                io::ErrorKind::NetworkUnreachable if !share_a_family(own, &[address]) => {
                    let family = if address.is_ipv6() { "IPv6" } else { "IPv4" };
                    format!("{address} is {family}, which this host does not speak")
                }
                io::ErrorKind::NetworkUnreachable => {
                    format!("no route to the network of {address}")
                }
                _ => format!("connecting to {at} failed: {error}"),
            },
            Self::Probe(error) => format!("{at}: {error}"),
        };
        if !is_private(address) {
            return what;
        }
        if own.iter().any(|own| same_network(*own, address)) {
            // The same private network may be in use at many sites.
            return format!("{what}; {address} is private: at another site, it's behind a NAT");
        }
        format!("its address {address} is private: it's behind a NAT ({what})")
    }
}

/// Whether two addresses look like one network: the same 24 bits in IPv4, the same 64 in IPv6.
fn same_network(a: IpAddr, b: IpAddr) -> bool {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => a.to_bits() >> 8 == b.to_bits() >> 8,
        (IpAddr::V6(a), IpAddr::V6(b)) => a.to_bits() >> 64 == b.to_bits() >> 64,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_address_is_called_so() {
        let error = io::Error::from(io::ErrorKind::HostUnreachable);
        let text = Failure::connecting(error).explain("192.168.1.2:7000".parse().unwrap(), &[]);
        assert_eq!(
            text,
            "its address 192.168.1.2 is private: it's behind a NAT (no route to host 192.168.1.2)"
        );
    }

    #[test]
    fn a_private_address_of_the_own_network_may_be_near() {
        let own = ["192.168.1.9".parse().unwrap()];
        let error = io::Error::from(io::ErrorKind::ConnectionRefused);
        let text = Failure::connecting(error).explain("192.168.1.2:7000".parse().unwrap(), &own);
        assert!(text.starts_with("connection refused"), "{text}");
        assert!(text.contains("at another site"), "{text}");
    }

    #[test]
    fn another_family_is_named() {
        let own = ["198.18.0.2".parse().unwrap()];
        let error = io::Error::from(io::ErrorKind::NetworkUnreachable);
        let text = Failure::connecting(error).explain("[2001:2::2]:7000".parse().unwrap(), &own);
        assert_eq!(text, "2001:2::2 is IPv6, which this host does not speak");
    }

    #[test]
    fn a_refusal_may_pass_and_a_missing_route_may_not() {
        assert!(Failure::connecting(io::ErrorKind::ConnectionRefused.into()).may_pass());
        assert!(!Failure::connecting(io::ErrorKind::HostUnreachable.into()).may_pass());
    }
}
