//! A lab that has been built.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::os::fd::OwnedFd;
use std::time::Duration;

use crate::build;
use crate::check::{self, SelfCheck};
use crate::error::{During, LabError};
use crate::host::Host;
use crate::plan::Plan;
use crate::topology::{Access, Topology};
use crate::wan::{Drops, Lateness, Traffic, Wan};

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

    /// The round-trip time declared for two hosts: that of their sites, and zero within one site. Jitter is not part
    /// of it, nor is the time for which lines of limited rate are busy with a packet, as that depends on its length.
    /// None if there is no such host.
    pub fn pair_rtt_expected(&self, a: &str, b: &str) -> Option<Duration> {
        Some(self.delay(self.host(a)?, self.host(b)?))
    }

    /// The delay declared from one host to another, in that direction alone. None if there is no such host.
    pub fn one_way_expected(&self, from: &str, to: &str) -> Option<Duration> {
        let (from, to) = (self.host(from)?, self.host(to)?);
        let delays = self.plan.delays.get(from.site_index)?;
        delays.get(to.site_index).copied()
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

    /// What has been delivered from one site to another; none if there is no such site. Nothing within a site passes
    /// the wide area.
    pub fn traffic(&self, from: &str, to: &str) -> Option<Traffic> {
        let site = |name: &str| self.plan.sites.iter().position(|site| site.name == name);
        let (from, to) = (site(from)?, site(to)?);
        Some(
            self.wan
                .as_ref()
                .map_or_else(Traffic::default, |wan| wan.counters().between(from, to)),
        )
    }

    /// What the wide area has not delivered.
    pub fn drops(&self) -> Drops {
        self.wan
            .as_ref()
            .map_or_else(Drops::default, |wan| wan.counters().drops())
    }

    /// How late the wide area has delivered packets since the lab was built.
    pub fn lateness(&self) -> Lateness {
        self.wan
            .as_ref()
            .map_or_else(Lateness::default, Wan::lateness)
    }

    pub(crate) fn seed(&self) -> u64 {
        self.plan.seed
    }

    /// The delay there and back.
    pub(crate) fn delay(&self, a: &Host, b: &Host) -> Duration {
        let one_way = |from: &Host, to: &Host| {
            self.plan
                .delays
                .get(from.site_index)?
                .get(to.site_index)
                .copied()
        };
        one_way(a, b).unwrap_or_default() + one_way(b, a).unwrap_or_default()
    }

    pub(crate) fn public_address(&self, host: &Host) -> Option<Ipv4Addr> {
        self.plan.sites.get(host.site_index)?.public
    }

    /// The line of a host's site.
    pub(crate) fn access(&self, host: &Host) -> Access {
        let site = self.plan.sites.get(host.site_index);
        site.map_or_else(Access::default, |site| site.access)
    }

    /// The lines of all sites.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Access> {
        self.plan.sites.iter().map(|site| site.access)
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
