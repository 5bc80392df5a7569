//! A lab that has been built.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::OwnedFd;
use std::process::Command;

use crate::addresses::{Addresses, Current};
use crate::build;
use crate::check::{self, SelfCheck};
use crate::error::{During, LabError};
use crate::host::Host;
use crate::live::Sleepers;
use crate::plan::{Outside, Plan, SitePlan};
use crate::processes;
use crate::topology::Topology;
use crate::wan::Wan;

/// A site's router.
pub(crate) struct SiteRouter {
    /// Its network namespace, which lasts as long as this is held.
    pub(crate) namespace: OwnedFd,
    /// What its NAT's outside address is now.
    pub(crate) outside: Addresses,
}

/// An Internet on this machine. Dropping it kills what runs on its hosts and removes it.
pub struct Lab {
    pub(crate) plan: Plan,
    hosts: Vec<Host>,
    by_name: HashMap<String, usize>,
    pub(crate) routers: Vec<SiteRouter>,
    /// None in a lab of one site.
    pub(crate) wan: Option<Wan>,
    /// The hosts that pause.
    pub(crate) sleepers: Sleepers,
}

impl Lab {
    /// Builds what is described. Must be called inside (see [`enter`](crate::enter())).
    ///
    /// Should the wide-area router fail later, the process ends with code 70, and with it all that is inside.
    ///
    /// # Errors
    /// A topology that contradicts itself; a machine that lacks TUN; a refusal of the kernel's, with the
    /// step and the host or site. Nothing is left then.
    pub fn build(topology: &Topology) -> Result<Self, LabError> {
        let plan = Plan::new(topology)?;
        let built = build::build(&plan)?;
        let mut hosts = Vec::new();
        let mut routers = Vec::new();
        let mut lines = Vec::new();
        for (site_index, (site, built)) in plan.sites.iter().zip(built.sites).enumerate() {
            let outside = site.v4.as_ref().and_then(|v4| v4.outside.translated());
            routers.push(SiteRouter {
                namespace: built.router,
                outside: Addresses::new(Current {
                    v4: outside,
                    v6: None,
                }),
            });
            lines.extend(built.line);
            for (number, (host, doorway)) in site.hosts.iter().zip(built.hosts).enumerate() {
                hosts.push(Host {
                    name: host.name.clone(),
                    site: site.name.clone(),
                    region: site.region.clone(),
                    nat: site.nat.clone(),
                    addresses: Addresses::new(Current {
                        v4: host.v4,
                        v6: host.v6,
                    }),
                    site_index,
                    number,
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
            routers,
            sleepers: Sleepers::default(),
            wan,
        })
    }

    /// The host of this name.
    pub fn host(&self, name: &str) -> Option<&Host> {
        self.by_name
            .get(name)
            .and_then(|index| self.hosts.get(*index))
    }

    /// A line for the shell (sh) of a host, to be started; [`Host::command`] for a program and its arguments.
    ///
    /// # Errors
    /// There is no such host.
    pub fn shell(&self, host: &str, line: &str) -> Result<Command, LabError> {
        let host = self.host(host).ok_or_else(|| self.unknown(host))?;
        let mut command = host.command("sh");
        command.args(["-c", line]);
        Ok(command)
    }

    /// All hosts, site by site, in the order of the topology.
    pub fn hosts(&self) -> impl Iterator<Item = &Host> {
        self.hosts.iter()
    }

    /// The address by which a host is seen from other sites now: its own, or its router's, or its carrier's. Where it
    /// speaks both versions of IP, that of IPv4.
    pub fn seen_as(&self, host: &str) -> Option<IpAddr> {
        let host = self.host(host)?;
        let v4 = self.public_address(host).or(host.v4()).map(IpAddr::V4);
        v4.or(host.v6().map(IpAddr::V6))
    }

    /// Measures the round-trip time of every pair of hosts (in large labs, of some) and compares it with what holds now;
    /// the same with loss and rates, where there are some. Takes little more than the longest round trip; with loss or
    /// rates, up to three seconds more for each.
    ///
    /// # Errors
    /// The kernel refuses a socket; the lab has ended.
    pub fn check(&self) -> Result<SelfCheck, LabError> {
        check::check(self)
    }

    /// Kills every process on every host, except the caller: in one go, which is faster than host by host.
    ///
    /// # Errors
    /// Some are still there after five seconds.
    pub fn kill_all(&self) -> Result<(), LabError> {
        processes::kill_all_in(self.hosts.iter().map(|host| &host.doorway))
            .during("end the processes", "lab")
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

    /// The address that a host's site has instead of the hosts' own.
    pub(crate) fn public_address(&self, host: &Host) -> Option<Ipv4Addr> {
        match self.plan_of(host)?.v4.as_ref()?.outside {
            Outside::Same(_) => None,
            Outside::Translated { .. } => self.outside_address(host),
            Outside::Carried { carrier, .. } => Some(self.plan.carriers.get(carrier)?.address),
        }
    }

    /// The address that the router of a host's site has outside.
    pub(crate) fn outside_address(&self, host: &Host) -> Option<Ipv4Addr> {
        self.routers.get(host.site_index)?.outside.now().v4
    }

    pub(crate) fn plan_of(&self, host: &Host) -> Option<&SitePlan> {
        self.plan.sites.get(host.site_index)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.sleepers.leave();
        if let Err(error) = self.kill_all() {
            tracing::warn!("{error}");
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
