//! Where on the LAN a peer is said to be, by multicast DNS (RFC 6762).
//!
//! Whoever is on the LAN can say that a key is anywhere: what is heard is where on this LAN to knock, and nothing more.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
};

use e3_session::types::Subnet;

use crate::{MAX_ADDRESSES, can_be_at};

/// What stands before the port for TLS in what is said beside the addresses.
const TCP: &str = "tcp=";

/// Where on the LAN a peer is said to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Neighbour {
    /// Where by TLS over TCP.
    pub tcp: BTreeSet<SocketAddr>,
    /// Where by QUIC.
    pub quic: BTreeSet<SocketAddr>,
}

impl Neighbour {
    /// What a party says beside its addresses, if it accepts TLS on this port.
    pub fn say(tcp_port: u16) -> String {
        format!("{TCP}{tcp_port}")
    }

    /// What is heeded of `addresses` and what is `said` beside them. Whoever is not on one of this host's own networks,
    /// `lan`, did not hear this host's questions.
    pub fn hear(
        lan: &[Subnet],
        addresses: impl IntoIterator<Item = SocketAddr>,
        said: Option<&str>,
    ) -> Self {
        let addresses = addresses.into_iter();
        let quic: BTreeSet<SocketAddr> = addresses
            .filter(|at| can_be_at(*at) && is_on(lan, at.ip()))
            .take(MAX_ADDRESSES)
            .collect();
        let port = said.and_then(|said| said.strip_prefix(TCP)?.parse().ok());
        let port = port.filter(|port: &u16| *port != 0);
        let tcp = port.into_iter().flat_map(|port| {
            let addresses = quic.iter().map(SocketAddr::ip);
            addresses.map(move |address| SocketAddr::new(address, port))
        });
        Self {
            tcp: tcp.collect(),
            quic,
        }
    }
}

fn is_on(lan: &[Subnet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    lan.iter().any(|subnet| subnet.contains(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hear(addresses: &[&str], said: &str) -> Neighbour {
        let lan = [("192.168.1.0", 24), ("fe80::", 64)];
        let lan =
            lan.map(|(address, prefix)| Subnet::new(address.parse().unwrap(), prefix).unwrap());
        let addresses = addresses.iter().map(|at| at.parse().unwrap());
        Neighbour::hear(&lan, addresses, Some(said))
    }

    #[test]
    fn only_this_lan_is_knocked_at() {
        for at in ["192.168.1.7:1", "[::ffff:192.168.1.7]:1", "[fe80::1]:1"] {
            assert_eq!(hear(&[at], "").quic, [at.parse().unwrap()].into());
        }
        for at in ["192.168.2.7:1", "8.8.8.8:1", "[2001:db8::1]:1"] {
            assert_eq!(hear(&[at], "tcp=5"), Neighbour::default());
        }
    }

    #[test]
    fn what_a_party_says_is_heard() {
        let heard = hear(&["192.168.1.7:1", "192.168.1.7:2"], &Neighbour::say(4000));
        assert_eq!(heard.quic.len(), 2);
        assert_eq!(heard.tcp, ["192.168.1.7:4000".parse().unwrap()].into());
        for said in ["", "tcp=", "tcp=0", "tcp=70000", "tcp=5 ", "5"] {
            assert!(hear(&["192.168.1.7:1"], said).tcp.is_empty(), "{said}");
        }
    }
}
