//! What nebula is told. Its configuration is YAML, of which JSON is a part.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
};

use e3_nebula::Fingerprint;
use e3_session::types::{PartyIndex, PortLayout, Ports};
use serde_json::{Value, json};

use crate::{files::Files, members::Members, options::Chosen};

/// Bytes of a packet inside: with nebula's headers it fits through every path that IPv6 demands of networks.
pub(crate) const MTU: u32 = 1300;

/// How long a connection may say nothing before nebula forgets that it was let through. Programs compute for long; with
/// nebula's own 12 minutes the answer to a question would be thrown away.
const IDLE: &str = "720h";

/// How often a host tells the lighthouse where it is, in seconds.
const INTERVAL: u64 = 10;

/// How often nebula looks at a tunnel, and how long one that was asked may be silent until it is given up, in seconds: a
/// third of nebula's own. So a member that was removed is out sooner, and a way that has ended is left for another.
const LOOKS: (u64, u64) = (2, 3);

/// What decides a party's configuration.
#[derive(Debug)]
pub(crate) struct Party<'a> {
    pub(crate) files: &'a Files,
    pub(crate) members: &'a Members,
    pub(crate) me: PartyIndex,
    pub(crate) ports: Ports,
    pub(crate) chosen: Chosen,
    /// The interface that it makes.
    pub(crate) interface: &'a str,
    /// Where the lighthouse listens.
    pub(crate) lighthouse: &'a [SocketAddr],
    /// Where this host listens: at all of its addresses of IPv4, or of both.
    pub(crate) everywhere: IpAddr,
    pub(crate) blocked: &'a BTreeSet<Fingerprint>,
}

impl Party<'_> {
    pub(crate) fn config(&self) -> String {
        let lit: Vec<String> = self
            .members
            .lit
            .iter()
            .take(1)
            .map(ToString::to_string)
            .collect();
        let at = self.lighthouse.iter();
        let at = at.filter(|at| at.is_ipv4() || self.everywhere.is_ipv6());
        let at: Vec<String> = at.map(ToString::to_string).collect();
        let map: serde_json::Map<String, Value> =
            lit.iter().map(|lit| (lit.clone(), json!(at))).collect();
        let relays = if self.chosen.relayed {
            lit.clone()
        } else {
            Vec::new()
        };
        json!({
            "pki": pki(self.files, self.blocked),
            "static_host_map": map,
            "lighthouse": { "am_lighthouse": false, "interval": INTERVAL, "hosts": lit },
            "listen": { "host": self.everywhere, "port": self.chosen.port },
            "punchy": { "punch": true, "respond": true, "delay": "100ms" },
            "relay": { "am_relay": false, "use_relays": self.chosen.relayed, "relays": relays },
            // The route is of no use but to be seen: it is the last that nebula does to its interface.
            "tun": {
                "disabled": false, "dev": self.interface, "mtu": MTU,
                "routes": self.members.lit.iter().take(1)
                    .map(|lit| json!({ "mtu": MTU, "route": alone(*lit) })).collect::<Vec<_>>(),
            },
            "timers": timers(),
            "logging": { "level": "info", "format": "json" },
            "firewall": {
                "conntrack": { "tcp_timeout": IDLE },
                "inbound": self.rules(|_| self.me),
                "outbound": self.rules(|peer| peer),
            },
        })
        .to_string()
    }

    /// Each peer by its own authority and from its own addresses alone: the program's ports, and what measures a link.
    fn rules(&self, listener: impl Fn(PartyIndex) -> PartyIndex) -> Vec<Value> {
        let mut rules = Vec::new();
        let peers = self.members.all.iter();
        for peer in peers.filter(|peer| peer.index != self.me) {
            let authority = peer.authority.fingerprint().to_string();
            let port = match self.ports.layout {
                PortLayout::Any => "any".to_owned(),
                PortLayout::One | PortLayout::Indexed => {
                    self.ports.of(listener(peer.index)).to_string()
                }
            };
            for address in &peer.addresses {
                let cidr = alone(*address);
                for (proto, port) in [("tcp", port.as_str()), ("icmp", "any")] {
                    rules.push(json!({
                        "proto": proto, "port": port, "ca_sha": authority, "cidr": cidr,
                    }));
                }
            }
        }
        rules
    }
}

/// What the lighthouse is told: it carries and tells, and nothing can be said to it.
pub(crate) fn lighthouse(files: &Files, port: u16, six: bool) -> String {
    json!({
        "pki": pki(files, &BTreeSet::new()),
        "static_host_map": {},
        "lighthouse": { "am_lighthouse": true, "interval": INTERVAL, "hosts": [] },
        "listen": { "host": if six { "::" } else { "0.0.0.0" }, "port": port },
        "punchy": { "punch": true, "respond": true },
        "relay": { "am_relay": true, "use_relays": false },
        "tun": { "disabled": true },
        "timers": timers(),
        "logging": { "level": "info", "format": "json" },
        "firewall": { "inbound": [], "outbound": [] },
    })
    .to_string()
}

fn pki(files: &Files, blocked: &BTreeSet<Fingerprint>) -> Value {
    let blocked: Vec<String> = blocked.iter().map(ToString::to_string).collect();
    json!({
        "ca": files.bundle(),
        "cert": files.certificate(),
        "key": files.key(),
        // Read at nebula's start alone; without it the tunnel of somebody whose authority is forgotten lives on.
        "disconnect_invalid": true,
        "blocklist": blocked,
    })
}

fn timers() -> Value {
    let (alive, deletion) = LOOKS;
    json!({ "connection_alive_interval": alive, "pending_deletion_interval": deletion })
}

fn alone(address: IpAddr) -> String {
    let bits = if address.is_ipv4() { 32 } else { 128 };
    format!("{address}/{bits}")
}
