//! Where this party is, as far as its endpoint knows.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
};

use e3_contact::{MAX_ADDRESSES, Record, can_be_at};
use iroh::EndpointAddr;

use crate::hub::Hub;

/// Where this party is, and what it has told of that.
#[derive(Default)]
pub(crate) struct Places {
    addresses: BTreeSet<IpAddr>,
    sequence: u64,
    told: Option<Record>,
}

impl Places {
    /// Heeds what the endpoint knows of its addresses now: connections from those that are gone break, and if anything has
    /// changed, peers are looked for anew.
    pub(crate) fn heed(&mut self, hub: &Hub, now: &EndpointAddr) {
        let addresses: BTreeSet<IpAddr> = now.ip_addrs().map(SocketAddr::ip).collect();
        let gone = self.addresses.difference(&addresses).copied().collect();
        hub.wires.tear(&gone);
        if self.sequence > 0 && addresses != self.addresses {
            hub.peers.poke_all();
        }
        self.addresses = addresses;
    }

    /// The record of where this party is now, as it travels; `None` if it would tell nothing new.
    pub(crate) fn tell(&mut self, hub: &Hub, now: &EndpointAddr) -> Option<Vec<u8>> {
        let quic: Vec<SocketAddr> = now
            .ip_addrs()
            .copied()
            .filter(|at| can_be_at(*at))
            .take(MAX_ADDRESSES)
            .collect();
        let addresses: BTreeSet<IpAddr> = quic.iter().map(SocketAddr::ip).collect();
        let listens = addresses.into_iter().filter(|_| hub.tcp_port != 0);
        let record = Record {
            session: hub.session,
            sequence: self.sequence + 1,
            tcp: listens
                .map(|address| SocketAddr::new(address, hub.tcp_port))
                .collect(),
            quic,
            relays: now
                .relay_urls()
                .map(ToString::to_string)
                .take(MAX_ADDRESSES)
                .collect(),
        };
        let same = |told: &Record| {
            // Where there is but one relay, nobody has to be told which it is.
            let relays = hub.relays.urls().len() < 2 || told.relays == record.relays;
            relays && told.tcp == record.tcp && told.quic == record.quic
        };
        let nothing = record.quic.is_empty() && self.told.is_none();
        if nothing || self.told.as_ref().is_some_and(same) {
            return None;
        }
        self.sequence = record.sequence;
        let signed = record.sign(hub.key.signing()).encode();
        self.told = Some(record);
        Some(signed)
    }
}
