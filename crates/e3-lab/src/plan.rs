//! From a topology to addresses and delays: the whole lab on paper, before anything is made.

use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use crate::nat::Nat;
use crate::topology::{Access, Site, Topology};

mod address;

pub(crate) use address::{Block, Blocks, SLOTS, Subnet, site_slot};

/// A lab on paper.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) sites: Vec<SitePlan>,
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
    /// The public addresses that are routed to it.
    pub(crate) block: Block,
    /// The network of its switch.
    pub(crate) lan: Subnet,
    /// The router's address on the switch.
    pub(crate) gateway: Ipv4Addr,
    /// The one public address of a site behind a NAT.
    pub(crate) public: Option<Ipv4Addr>,
    pub(crate) hosts: Vec<HostPlan>,
}

/// One host on paper.
#[derive(Debug)]
pub(crate) struct HostPlan {
    pub(crate) name: String,
    pub(crate) address: Ipv4Addr,
}

/// Why a topology cannot be built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// A site stands in a region that the world does not have.
    #[error(
        "site `{site}` stands in region `{region}`, which the world does not have{}",
        did_you_mean(near)
    )]
    UnknownRegion {
        /// The site.
        site: String,
        /// The region that it names.
        region: String,
        /// Regions that may have been meant, best first.
        near: Vec<String>,
    },
    /// Nobody said how long packets take between two regions.
    #[error(
        "nobody has said how long a round trip between `{a}` and `{b}` takes; declare the pair"
    )]
    UnknownDelay {
        /// One region.
        a: String,
        /// The other.
        b: String,
    },
    /// Two hosts, or two sites, have the same name.
    #[error("the name `{name}` is there twice; every host and every site needs one of its own")]
    Twice {
        /// The name.
        name: String,
    },
    /// A host's name cannot be a hostname.
    #[error(
        "`{name}` cannot be a host's name: 1 to 63 letters, digits and hyphens, not starting or ending with a hyphen"
    )]
    BadName {
        /// The name.
        name: String,
    },
    /// A site has more hosts than addresses.
    #[error("site `{site}` has {hosts} hosts; its network has room for {room}")]
    TooManyHosts {
        /// The site.
        site: String,
        /// How many hosts it has.
        hosts: usize,
        /// How many it could have.
        room: usize,
    },
    /// The lab's range of public addresses is full.
    #[error(
        "the public addresses (198.18.0.0/15) do not reach for site `{site}`; use fewer or smaller sites"
    )]
    NoAddressesLeft {
        /// The first site that has found none.
        site: String,
    },
    /// A line's loss or rate makes no sense.
    #[error(
        "the line of site `{site}` makes no sense: the loss must be from 0 to 1 and the rate above 0"
    )]
    BadAccess {
        /// The site.
        site: String,
    },
}

fn did_you_mean(near: &[String]) -> String {
    near.first()
        .map_or_else(String::new, |name| format!(": did you mean `{name}`?"))
}

impl Plan {
    /// Plans a topology.
    pub(crate) fn new(topology: &Topology) -> Result<Self, PlanError> {
        check_names(&topology.sites)?;
        let mut blocks = Blocks::default();
        let mut sites = Vec::with_capacity(topology.sites.len());
        for site in &topology.sites {
            check_site(site, topology)?;
            sites.push(plan_site(site, &mut blocks)?);
        }
        let delays = delays(topology)?;
        Ok(Self {
            sites,
            delays,
            seed: topology.seed,
        })
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

fn plan_site(site: &Site, blocks: &mut Blocks) -> Result<SitePlan, PlanError> {
    let needed = match site.nat {
        Nat::None => site.hosts.len(),
        Nat::Router(_) | Nat::CarrierGrade { .. } => 0,
    };
    let no_room = || PlanError::NoAddressesLeft {
        site: site.name.clone(),
    };
    let block = blocks.take(needed).ok_or_else(no_room)?;
    let (lan, public) = match site.nat {
        Nat::None => (block.subnet, None),
        Nat::Router(_) | Nat::CarrierGrade { .. } => (Subnet::HOME, block.subnet.nth(0)),
    };
    let too_many = || PlanError::TooManyHosts {
        site: site.name.clone(),
        hosts: site.hosts.len(),
        room: lan.room().saturating_sub(1),
    };
    let gateway = lan.nth(0).ok_or_else(too_many)?;
    let mut hosts = Vec::with_capacity(site.hosts.len());
    for (index, name) in site.hosts.iter().enumerate() {
        let address = lan.nth(index + 1).ok_or_else(too_many)?;
        hosts.push(HostPlan {
            name: name.clone(),
            address,
        });
    }
    Ok(SitePlan {
        name: site.name.clone(),
        region: site.region.clone(),
        nat: site.nat.clone(),
        access: site.access,
        block,
        lan,
        gateway,
        public,
        hosts,
    })
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
