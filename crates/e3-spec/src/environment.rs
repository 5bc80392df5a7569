//! An environment: what an e3.toml declares, with every default filled in and everything checked.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::choice::{Family, Output};
use crate::identity::Identity;
use crate::nat::Nat;
use crate::number::PartyCount;
use crate::option::OptionValue;
use crate::program::Program;
use crate::quantity::{Probability, Rate, Time};
use crate::service::{Service, ServiceHost};
use crate::subnet::VirtualNetwork;
use crate::text::{
    EnvironmentName, FilePath, GroupName, HostName, OverlayName, ProviderName, RegionName, SiteName,
};

/// Hosts, overlay, identity and program, fully resolved.
///
/// It is stored as JSON while the environment is up. The same environment always gives the same JSON.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Its name: given, or that of its folder.
    pub name: EnvironmentName,
    /// The hosts, one for each party, in the order of the file. Never empty; at most
    /// [`PartyCount::MAX`], unless only the network is wanted.
    pub hosts: Vec<Host>,
    /// The overlay that connects the parties.
    pub overlay: OverlayName,
    /// What is said of that overlay beyond its name; an option that is not here has its default.
    pub options: BTreeMap<String, OptionValue>,
    /// How introductions are believed.
    pub identity: Identity,
    /// Infrastructure, in the order of the file; what the overlay needs beyond it comes last.
    pub services: Vec<Service>,
    /// The hosts on which nothing but services run.
    pub service_hosts: Vec<ServiceHost>,
    /// What is run, if the environment says.
    pub program: Option<Program>,
    /// Which host is party 0, 1, …: every host once. `None` leaves the order open.
    pub order: Option<Vec<HostName>>,
    /// What differs from the world as E³ knows it.
    pub network: Network,
    /// Where pseudo-random choices begin, for a run that can be repeated.
    pub seed: Option<u64>,
}

impl Environment {
    /// The number of parties.
    pub fn party_count(&self) -> PartyCount {
        PartyCount::of(&self.hosts)
    }

    /// The host of that name.
    pub fn host(&self, name: &HostName) -> Option<&Host> {
        self.hosts.iter().find(|host| host.name == *name)
    }

    /// The same without these hosts and what is said of them.
    #[must_use]
    pub fn without(&self, hosts: &[String]) -> Self {
        let stays = |name: &HostName| !hosts.iter().any(|host| host == name.as_str());
        let mut left = self.clone();
        left.hosts.retain(|host| stays(&host.name));
        if let Some(order) = &mut left.order {
            order.retain(stays);
        }
        match &mut left.identity {
            Identity::Pinned { pins } => pins.retain(|name, _| stays(name)),
            Identity::Did { dids } => dids.retain(|name, _| stays(name)),
            Identity::Ca { .. } => {}
        }
        left
    }

    /// The sites, each with its hosts. The hosts of a site agree on region and NAT.
    pub fn sites(&self) -> BTreeMap<&SiteName, Site<'_>> {
        let mut sites = BTreeMap::new();
        for host in &self.hosts {
            let site = sites.entry(&host.site).or_insert_with(|| Site {
                region: &host.region,
                nat: &host.nat,
                family: host.family,
                hosts: Vec::new(),
            });
            site.hosts.push(&host.name);
        }
        for host in &self.service_hosts {
            let site = Site {
                region: &host.region,
                nat: &PUBLIC,
                family: host.family,
                hosts: vec![&host.name],
            };
            sites.insert(&host.site, site);
        }
        sites
    }
}

/// What stands in front of a service's own host.
static PUBLIC: Nat = Nat::NONE;

/// A site as its hosts describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site<'a> {
    /// Where it is.
    pub region: &'a RegionName,
    /// What stands in front of it.
    pub nat: &'a Nat,
    /// Which versions of IP its hosts speak.
    pub family: Family,
    /// Who shares its switch.
    pub hosts: Vec<&'a HostName>,
}

/// A machine that a party runs on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// Its name: that of its group, with `-0`, `-1`, … when the group has several.
    pub name: HostName,
    /// The group that declared it.
    pub group: GroupName,
    /// Who makes or finds it.
    pub provider: ProviderName,
    /// Where it is.
    pub region: RegionName,
    /// The site that it shares with others of the same name.
    pub site: SiteName,
    /// What stands between its site and the Internet.
    pub nat: Nat,
    /// Which versions of IP it speaks.
    pub family: Family,
    /// Its access link.
    pub access: Access,
    /// Its party's private input.
    pub input: Option<Input>,
    /// What becomes of its party's output.
    pub output: Output,
    /// The folder on the host that holds its party's identity, if one is to be used that is there already.
    pub identity: Option<FilePath>,
}

/// A host's access link, the same in each direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// The rate, `None` for as fast as the machine can.
    pub rate: Option<Rate>,
    /// How probably a packet is lost.
    pub loss: Probability,
    /// By how much the delay varies.
    pub jitter: Time,
}

/// Where a party's private input is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// A file of the controller's machine, put on that party's host alone.
    File(FilePath),
    /// A file that is on the host already, and never passes through the controller.
    OnHost(FilePath),
}

/// What an environment adds to the world, or says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Regions of the environment's own, with the city (or other place) that each stands for.
    pub regions: BTreeMap<RegionName, String>,
    /// Delays between pairs of regions, sorted; no pair stands here twice.
    pub pairs: Vec<Pair>,
    /// The networks that parties' virtual addresses are of; none where they are chosen when the hosts are known.
    pub virtual_networks: Vec<VirtualNetwork>,
}

/// The one-way delays between two regions (or between two sites of one region).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The two regions, the first in the alphabet first.
    pub between: [RegionName; 2],
    /// From the first to the second.
    pub there: Time,
    /// From the second to the first.
    pub back: Time,
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.fmt(f),
            Self::OnHost(path) => write!(f, "{path} on the host"),
        }
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            between: [first, second],
            there,
            back,
        } = self;
        write!(f, "{first} to {second} {there}, back {back}")
    }
}
