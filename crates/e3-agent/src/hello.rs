//! *hello*: who this host is, and where the agent may keep files.

use std::{
    collections::{BTreeMap, BTreeSet},
    env::consts,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::Path,
    thread,
};

use e3_overlay::reachability::is_link_local;
use e3_program::stage::Staging;
use e3_session::{
    message::{PROTOCOL, Refusal, Reply},
    types::{HostFacts, Subnet},
};

use crate::agent::{Agent, unusable};

/// Bits of prefix that a route to a network of somebody's has at least: VPNs that take everything over do so by two routes
/// of one bit.
const LEAST_PREFIX: u8 = 7;

impl Agent {
    pub(crate) fn hello(&mut self, folder: &str) -> Result<Reply, Refusal> {
        let folder = Path::new(folder);
        if !folder.is_absolute() {
            let shown = folder.display();
            return Err(unusable(format!(
                "the agent's folder must be an absolute path, found `{shown}`"
            )));
        }
        self.staging = Some(Staging::open(folder).map_err(unusable)?);
        self.folder = Some(folder.to_owned());
        Ok(Reply::Greeting {
            protocol: PROTOCOL,
            facts: facts(),
        })
    }
}

fn facts() -> HostFacts {
    let hostname = rustix::system::uname();
    HostFacts {
        agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        hostname: hostname.nodename().to_string_lossy().into_owned(),
        platform: format!("{} {}", consts::OS, consts::ARCH),
        processors: thread::available_parallelism()
            .ok()
            .and_then(|count| u32::try_from(count.get()).ok())
            .unwrap_or(1),
        addresses: addresses(),
        routes: routes(),
        abilities: BTreeMap::new(),
    }
}

/// The networks that this host has routes to. Those of most of the Internet are left out, default routes among them: they
/// stand for everything that has no route of its own.
pub(crate) fn routes() -> Vec<Subnet> {
    let found = e3_sys::routes::networks().unwrap_or_else(|error| {
        tracing::warn!(%error, "the host's routes cannot be read");
        Vec::new()
    });
    let named = found.into_iter().filter(|(address, prefix)| {
        *prefix >= LEAST_PREFIX && !address.is_loopback() && !is_link_local(*address)
    });
    let networks = named.filter_map(|(address, prefix)| Subnet::around(address, prefix).ok());
    let networks: BTreeSet<Subnet> = networks
        .filter(|network| !network.address().is_multicast() && !is_loopback(*network))
        .collect();
    networks.into_iter().collect()
}

fn is_loopback(network: Subnet) -> bool {
    network.contains(Ipv4Addr::LOCALHOST.into()) || network.contains(Ipv6Addr::LOCALHOST.into())
}

/// The addresses at which others may reach this host.
pub(crate) fn addresses() -> Vec<IpAddr> {
    let mut addresses = e3_sys::interfaces::addresses().unwrap_or_else(|error| {
        tracing::warn!(%error, "the host's addresses cannot be read");
        Vec::new()
    });
    addresses.retain(|address| !address.is_loopback() && !is_link_local(*address));
    addresses
}
