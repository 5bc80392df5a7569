//! What tells parties where the others are, and carries what does not go directly.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use e3_overlay::ServiceKind;
use e3_session::types::{ServiceFacts, Subnet, Transport};
use serde_bytes::ByteBuf;

use crate::{NebulaError, introduction::Introduced};

/// Nebula's own.
pub(crate) const USUAL_PORT: u16 = 4242;

/// By which name its authority is told.
const AUTHORITY: &str = "nebula-authority";

/// The lighthouse, as parties know it.
#[derive(Debug, Clone)]
pub(crate) struct Lighthouse {
    pub(crate) name: String,
    pub(crate) introduced: Introduced,
    /// Where it listens, best first.
    pub(crate) at: Vec<SocketAddr>,
}

impl Lighthouse {
    /// The first of the services.
    pub(crate) fn among(services: &[ServiceFacts]) -> Result<Self, NebulaError> {
        let mut services = services.iter();
        let facts = services.find(|service| service.kind == ServiceKind::Lighthouse.as_str());
        let facts = facts.ok_or_else(|| {
            NebulaError::Lighthouse("the environment has no service of that kind".to_owned())
        })?;
        let unreadable = |what: &str| {
            NebulaError::Lighthouse(format!("service {} has not told {what}", facts.name))
        };
        let introduced = facts.told.get(AUTHORITY);
        let introduced = introduced.and_then(|bytes| Introduced::read(bytes));
        let mut ports = facts.ports.iter();
        let port = ports.find(|port| port.transport == Transport::Udp);
        let port = port.ok_or_else(|| unreadable("where it listens"))?.port;
        let at: Vec<SocketAddr> = facts
            .addresses
            .iter()
            .map(|address| SocketAddr::new(*address, port))
            .collect();
        if at.is_empty() {
            return Err(unreadable("its addresses"));
        }
        Ok(Self {
            name: facts.name.clone(),
            introduced: introduced.ok_or_else(|| unreadable("its authority"))?,
            at,
        })
    }
}

/// What it tells.
pub(crate) fn told(introduced: &Introduced) -> BTreeMap<String, ByteBuf> {
    let bytes = ByteBuf::from(introduced.bytes());
    BTreeMap::from([(AUTHORITY.to_owned(), bytes)])
}

/// Its address in each network: the last that a host can have, since nebula wants one inside.
pub(crate) fn addresses(network: &[Subnet]) -> Vec<IpAddr> {
    network.iter().map(|subnet| last(*subnet)).collect()
}

fn last(subnet: Subnet) -> IpAddr {
    match subnet.address() {
        IpAddr::V4(four) => {
            let hosts = u32::MAX.checked_shr(subnet.prefix().into()).unwrap_or(0);
            // The very last is the broadcast address.
            Ipv4Addr::from_bits(four.to_bits() | hosts & !1).into()
        }
        IpAddr::V6(six) => {
            let hosts = u128::MAX.checked_shr(subnet.prefix().into()).unwrap_or(0);
            Ipv6Addr::from_bits(six.to_bits() | hosts & !1).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lighthouse_is_last_in_each_network() {
        let network = [
            "10.233.0.0/16".parse().unwrap(),
            "fd12::/64".parse().unwrap(),
        ];
        let found: Vec<String> = addresses(&network)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, ["10.233.255.254", "fd12::ffff:ffff:ffff:fffe"]);
    }
}
