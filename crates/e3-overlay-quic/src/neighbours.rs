//! Finding peers on a LAN that has no Internet, by multicast DNS (RFC 6762).
//!
//! Whoever is on the LAN can say that a key is anywhere: what is heard is where on this LAN to knock, and nothing more.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use e3_contact::{MAX_ADDRESSES, can_be_at};
use e3_identity::canonical;
use e3_session::types::{SessionId, Subnet};
use e3_sys::routes::attached;
use futures::StreamExt as _;
use iroh::{
    TransportAddr,
    address_lookup::{AddrFilter, AddressLookup, EndpointData},
    endpoint_info::EndpointInfo,
};
use iroh_mdns_address_lookup::{DiscoveryEvent, MdnsAddressLookup};

use crate::hub::Hub;

/// What stands before the port for TLS in what is said beside the addresses.
const TCP: &str = "tcp=";

/// Tells the LAN where this party is, and hears where peers are, until it is dropped. Ends at once where a host's system
/// has no multicast.
pub(crate) async fn neighbours(hub: Arc<Hub>) {
    let lookup = MdnsAddressLookup::builder()
        .service_name(service(hub.session))
        .addr_filter(AddrFilter::ip_only())
        .build(hub.endpoint.id());
    let lookup = match lookup {
        Ok(lookup) => lookup,
        Err(error) => {
            tracing::debug!(%error, "peers on this LAN cannot be looked for");
            return;
        }
    };
    let port = format!("{TCP}{}", hub.tcp_port).try_into().ok();
    hub.endpoint.set_user_data_for_address_lookup(port);
    if let Ok(lookups) = hub.endpoint.address_lookup() {
        lookups.add(Announcing(lookup.clone()));
    }
    let mut heard = lookup.subscribe().await;
    while let Some(event) = heard.next().await {
        if let DiscoveryEvent::Discovered { endpoint_info, .. } = event {
            meet(&hub, &endpoint_info);
        }
    }
}

/// Tells the LAN where this endpoint is; what is heard is none of the endpoint's business, who would believe all.
#[derive(Debug)]
struct Announcing(MdnsAddressLookup);

impl AddressLookup for Announcing {
    fn publish(&self, data: &EndpointData) {
        self.0.publish(data);
    }
}

/// Somebody says that a peer is there. Whoever is not on this host's own networks did not hear this host's questions.
fn meet(hub: &Hub, who: &EndpointInfo) {
    let lan = lan();
    let quic: BTreeSet<SocketAddr> = who
        .data
        .addrs()
        .filter_map(|at| match at {
            TransportAddr::Ip(at) if can_be_at(*at) && is_on(&lan, at.ip()) => Some(*at),
            _ => None,
        })
        .take(MAX_ADDRESSES)
        .collect();
    let said = who.data.user_data().map(ToString::to_string);
    let port = said.and_then(|said| said.strip_prefix(TCP)?.parse().ok());
    let tcp = port
        .into_iter()
        .filter(|port| *port != 0)
        .flat_map(|port: u16| {
            let addresses = quic.iter().map(SocketAddr::ip);
            addresses.map(move |address| SocketAddr::new(address, port))
        });
    hub.peers
        .set_near(&who.endpoint_id, tcp.collect(), quic.clone());
}

/// The networks that this host is attached to.
fn lan() -> Vec<Subnet> {
    let attached = attached().unwrap_or_else(|error| {
        tracing::debug!(%error, "this host's networks cannot be read");
        Vec::new()
    });
    let subnets = attached.into_iter();
    subnets
        .filter_map(|(address, prefix)| Subnet::around(address, prefix).ok())
        .collect()
}

fn is_on(lan: &[Subnet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    lan.iter().any(|subnet| subnet.contains(address))
}

/// The service's name on the LAN: a session's own, that tells nothing of it.
fn service(session: SessionId) -> String {
    let [a, b, c, d, ..] = canonical::digest("e3/quic-lan/1", &serde_bytes::Bytes::new(&session.0));
    format!("e3-{a:02x}{b:02x}{c:02x}{d:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_lan_is_knocked_at() {
        let lan: Vec<Subnet> = [("192.168.1.0", 24), ("fe80::", 64)]
            .into_iter()
            .map(|(address, prefix)| Subnet::new(address.parse().unwrap(), prefix).unwrap())
            .collect();
        let knocks = |address: &str| is_on(&lan, address.parse().unwrap());
        assert!(knocks("192.168.1.7") && knocks("::ffff:192.168.1.7") && knocks("fe80::1"));
        assert!(!knocks("192.168.2.7") && !knocks("8.8.8.8") && !knocks("2001:db8::1"));
    }
}
