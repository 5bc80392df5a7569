//! A lab that has been built.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::os::fd::OwnedFd;

use crate::build;
use crate::check::{self, SelfCheck};
use crate::error::{During, LabError};
use crate::host::Host;
use crate::plan::Plan;
use crate::topology::Topology;
use crate::wan::Wan;

/// An Internet on this machine. Dropping it kills what runs on its hosts and removes it.
pub struct Lab {
    plan: Plan,
    hosts: Vec<Host>,
    by_name: HashMap<String, usize>,
    /// The routers live as long as these are held.
    _routers: Vec<OwnedFd>,
    /// None in a lab of one site.
    wan: Option<Wan>,
}

impl Lab {
    /// Builds what is described. Must be called inside (see [`enter`](crate::enter())).
    ///
    /// Should the wide-area router fail later, the process ends with code 70, and with it all that is inside.
    ///
    /// # Errors
    /// A topology that contradicts itself; a machine that lacks TUN or nftables; a refusal of the kernel's, with the
    /// step and the host or site. Nothing is left then.
    pub fn build(topology: &Topology) -> Result<Self, LabError> {
        let plan = Plan::new(topology)?;
        let built = build::build(&plan)?;
        let mut hosts = Vec::new();
        let mut routers = Vec::new();
        let mut lines = Vec::new();
        for (site_index, (site, built)) in plan.sites.iter().zip(built.sites).enumerate() {
            routers.push(built.router);
            lines.extend(built.line);
            for (host, doorway) in site.hosts.iter().zip(built.hosts) {
                hosts.push(Host {
                    name: host.name.clone(),
                    site: site.name.clone(),
                    region: site.region.clone(),
                    nat: site.nat.clone(),
                    address: host.address,
                    site_index,
                    doorway,
                });
            }
        }
        let by_name = (0..)
            .zip(&hosts)
            .map(|(index, host)| (host.name.clone(), index))
            .collect();
        let wan = if lines.is_empty() {
            None
        } else {
            Some(Wan::start(&plan, lines).during("start the wide-area router", "lab")?)
        };
        Ok(Self {
            plan,
            hosts,
            by_name,
            _routers: routers,
            wan,
        })
    }

    /// The host of this name.
    pub fn host(&self, name: &str) -> Option<&Host> {
        self.by_name
            .get(name)
            .and_then(|index| self.hosts.get(*index))
    }

    /// All hosts, site by site, in the order of the topology.
    pub fn hosts(&self) -> impl Iterator<Item = &Host> {
        self.hosts.iter()
    }

    /// The public address by which a host is seen from other sites: its own, or its router's.
    pub fn seen_as(&self, host: &str) -> Option<Ipv4Addr> {
        let host = self.host(host)?;
        Some(self.public_address(host).unwrap_or(host.address))
    }

    /// Measures the round-trip time of every pair of hosts (in large labs, of some) and compares it with what was
    /// declared. Takes little more than the longest round trip.
    pub fn check(&self) -> Result<SelfCheck, LabError> {
        check::check(self).during("measure the network", "lab")
    }

    pub(crate) fn seed(&self) -> u64 {
        self.plan.seed
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(crate) fn wan(&self) -> Option<&Wan> {
        self.wan.as_ref()
    }

    pub(crate) fn public_address(&self, host: &Host) -> Option<Ipv4Addr> {
        self.plan.sites.get(host.site_index)?.public
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for host in &self.hosts {
            if let Err(error) = host.kill_all() {
                tracing::warn!("{error}");
            }
        }
    }
}

impl std::fmt::Debug for Lab {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lab")
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}
