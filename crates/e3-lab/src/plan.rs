//! From a topology to addresses and delays: the whole lab on paper, before anything is made.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::nat::{Behaviour, Nat};
use crate::topology::{Access, OnPaper, Site, Topology};

mod address;
mod error;
mod site;

pub(crate) use address::{Block, CARRIERS, PUBLIC, PUBLIC_6, SLOTS, Subnet, Subnet6, site_slot};
pub use error::PlanError;

use site::Planner;

/// A lab on paper.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) sites: Vec<SitePlan>,
    pub(crate) carriers: Vec<CarrierPlan>,
    /// The delay from site to site, by index: within a site, zero.
    pub(crate) delays: Vec<Vec<Duration>>,
    pub(crate) seed: u64,
}

/// One site on paper.
#[derive(Debug)]
pub(crate) struct SitePlan {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) nat: Nat,
    pub(crate) access: Access,
    pub(crate) v4: Option<V4Plan>,
    pub(crate) v6: Option<V6Plan>,
    pub(crate) hosts: Vec<HostPlan>,
}

/// A site's IPv4.
#[derive(Debug)]
pub(crate) struct V4Plan {
    /// The network of its switch.
    pub(crate) lan: Subnet,
    /// The router's address on the switch.
    pub(crate) gateway: Ipv4Addr,
    pub(crate) outside: Outside,
}

/// How a site's IPv4 addresses are seen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outside {
    /// As they are: the switch's network is this block.
    Same(Block),
    /// As one of this block.
    Translated {
        /// What is routed to the site.
        block: Block,
        /// The one that its router has.
        address: Ipv4Addr,
    },
    /// Behind a carrier, which is given by its index, as this address of the carrier's inner network.
    Carried {
        /// The carrier.
        carrier: usize,
        /// What the router has.
        address: Ipv4Addr,
    },
}

impl Outside {
    /// The address that the site's own router has; none where nothing is translated.
    pub(crate) fn translated(self) -> Option<Ipv4Addr> {
        match self {
            Self::Same(_) => None,
            Self::Translated { address, .. } | Self::Carried { address, .. } => Some(address),
        }
    }
}

/// A site's IPv6.
#[derive(Debug)]
pub(crate) struct V6Plan {
    /// The network of its switch.
    pub(crate) lan: Subnet6,
    /// The router's address on the switch.
    pub(crate) gateway: Ipv6Addr,
}

/// One host on paper.
#[derive(Debug)]
pub(crate) struct HostPlan {
    pub(crate) name: String,
    pub(crate) v4: Option<Ipv4Addr>,
    pub(crate) v6: Option<Ipv6Addr>,
}

impl HostPlan {
    /// Its addresses, IPv4 first.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        let (v4, v6) = (self.v4.map(IpAddr::V4), self.v6.map(IpAddr::V6));
        v4.into_iter().chain(v6)
    }
}

/// One carrier on paper.
#[derive(Debug)]
pub(crate) struct CarrierPlan {
    pub(crate) name: Option<String>,
    pub(crate) behaviour: Behaviour,
    /// The public addresses that are routed to it.
    pub(crate) block: Block,
    /// The one that it has.
    pub(crate) address: Ipv4Addr,
    /// Its sites; the first has the first address of its inner network after its own, and so on.
    pub(crate) sites: Vec<usize>,
}

impl Plan {
    /// Plans a topology.
    pub(crate) fn new(topology: &Topology) -> Result<Self, PlanError> {
        check_names(&topology.sites)?;
        let mut planner = Planner::default();
        for site in &topology.sites {
            check_site(site, topology)?;
            planner.add(site)?;
        }
        let delays = delays(topology)?;
        let Planner {
            sites, carriers, ..
        } = planner;
        Ok(Self {
            sites,
            carriers,
            delays,
            seed: topology.seed,
        })
    }
}

impl Plan {
    /// Every host with its addresses, in the order of sites.
    pub(crate) fn on_paper(&self) -> Vec<OnPaper> {
        let hosts = self
            .sites
            .iter()
            .flat_map(|site| site.hosts.iter().map(move |host| (site, host)));
        hosts
            .map(|(site, host)| OnPaper {
                host: host.name.clone(),
                addresses: host.addresses().collect(),
                seen_as: self.seen_as(site, host),
            })
            .collect()
    }

    fn seen_as(&self, site: &SitePlan, host: &HostPlan) -> Vec<IpAddr> {
        let outside = site.v4.as_ref().map(|v4| v4.outside);
        let v4 = match outside {
            None => None,
            Some(Outside::Same(_)) => host.v4,
            Some(Outside::Translated { address, .. }) => Some(address),
            Some(Outside::Carried { carrier, .. }) => {
                self.carriers.get(carrier).map(|carrier| carrier.address)
            }
        };
        let v6 = host.v6.map(IpAddr::V6);
        v4.map(IpAddr::V4).into_iter().chain(v6).collect()
    }
}

fn check_names(sites: &[Site]) -> Result<(), PlanError> {
    let mut site_names = HashSet::new();
    let mut host_names = HashSet::new();
    for site in sites {
        if !site_names.insert(site.name.as_str()) {
            return Err(PlanError::Twice {
                name: site.name.clone(),
            });
        }
        for host in &site.hosts {
            if !is_hostname(host) {
                return Err(PlanError::BadName { name: host.clone() });
            }
            if !host_names.insert(host.to_ascii_lowercase()) {
                return Err(PlanError::Twice { name: host.clone() });
            }
        }
    }
    Ok(())
}

/// RFC 1123, section 2.1: letters, digits and hyphens, the latter not at an end.
fn is_hostname(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

fn check_site(site: &Site, topology: &Topology) -> Result<(), PlanError> {
    if topology.world.region(&site.region).is_none() {
        let near = topology.world.nearest_names(&site.region);
        return Err(PlanError::UnknownRegion {
            site: site.name.clone(),
            region: site.region.clone(),
            near: near.into_iter().map(str::to_owned).collect(),
        });
    }
    if !(0.0..=1.0).contains(&site.access.loss) || site.access.rate == Some(0) {
        return Err(PlanError::BadAccess {
            site: site.name.clone(),
        });
    }
    Ok(())
}

fn delays(topology: &Topology) -> Result<Vec<Vec<Duration>>, PlanError> {
    let delay = |i: usize, from: &Site, j: usize, to: &Site| {
        if i == j {
            return Ok(Duration::ZERO);
        }
        let unknown = || PlanError::UnknownDelay {
            a: from.region.clone(),
            b: to.region.clone(),
        };
        topology
            .world
            .one_way(&from.region, &to.region)
            .ok_or_else(unknown)
    };
    let sites = || topology.sites.iter().enumerate();
    sites()
        .map(|(i, from)| sites().map(|(j, to)| delay(i, from, j, to)).collect())
        .collect()
}

#[cfg(test)]
mod tests;
