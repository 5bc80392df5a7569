//! Finding peers on a LAN that has no Internet, by multicast DNS (RFC 6762).

use std::sync::Arc;

use e3_contact::Neighbour;
use e3_identity::canonical;
use e3_session::types::{SessionId, Subnet};
use e3_sys::routes::attached;
use futures::StreamExt as _;
use iroh::{
    Endpoint, TransportAddr,
    address_lookup::{AddrFilter, AddressLookup, EndpointData},
    endpoint_info::EndpointInfo,
};
use iroh_mdns_address_lookup::{DiscoveryEvent, MdnsAddressLookup};

use crate::hub::Hub;

/// Tells the LAN where this party is, and hears where peers are, until it is dropped. Ends at once where a host's system
/// has no multicast.
pub(crate) async fn neighbours(hub: Arc<Hub>) {
    let lookup = MdnsAddressLookup::builder()
        .service_name(service(hub.session))
        .addr_filter(AddrFilter::ip_only())
        .build(hub.key.public());
    let lookup = match lookup {
        Ok(lookup) => lookup,
        Err(error) => {
            tracing::debug!(%error, "peers on this LAN cannot be looked for");
            return;
        }
    };
    let mut endpoints = hub.endpoint.follow();
    let mut heard = lookup.subscribe().await;
    loop {
        tokio::select! {
            endpoint = endpoints.next() => announce(&endpoint, hub.tcp_port, &lookup),
            event = heard.next() => match event {
                Some(DiscoveryEvent::Discovered { endpoint_info, .. }) => meet(&hub, &endpoint_info),
                Some(_) => {}
                None => return,
            },
        }
    }
}

/// Has the LAN told where this endpoint is, and where this party accepts TLS over TCP.
fn announce(endpoint: &Endpoint, tcp_port: u16, lookup: &MdnsAddressLookup) {
    let port = Neighbour::say(tcp_port).try_into().ok();
    endpoint.set_user_data_for_address_lookup(port);
    if let Ok(lookups) = endpoint.address_lookup() {
        lookups.add(Announcing(lookup.clone()));
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

/// Somebody says that a peer is there.
fn meet(hub: &Hub, who: &EndpointInfo) {
    let addresses = who.data.addrs().filter_map(|at| match at {
        TransportAddr::Ip(at) => Some(*at),
        _ => None,
    });
    let said = who.data.user_data().map(ToString::to_string);
    let Neighbour { tcp, quic } = Neighbour::hear(&lan(), addresses, said.as_deref());
    hub.peers.set_near(&who.endpoint_id, tcp, quic);
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

/// The service's name on the LAN: a session's own, that tells nothing of it.
fn service(session: SessionId) -> String {
    let [a, b, c, d, ..] = canonical::digest("e3/quic-lan/1", &serde_bytes::Bytes::new(&session.0));
    format!("e3-{a:02x}{b:02x}{c:02x}{d:02x}")
}
