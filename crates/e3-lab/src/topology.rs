//! What a lab is to be: plain data.

use std::net::IpAddr;
use std::time::Duration;

use e3_world::World;
use serde::Serialize;

use crate::conditions::milliseconds;
use crate::nat::Nat;
use crate::plan::{Plan, PlanError};

/// Sites, and the world that they stand in.
#[derive(Debug, Clone)]
pub struct Topology {
    /// The sites, each with its hosts.
    pub sites: Vec<Site>,
    /// The regions, and the delays between them.
    pub world: World,
    /// What chance is drawn from: loss, jitter, the pairs that a large lab checks.
    pub seed: u64,
}

impl Topology {
    /// These sites, in the built-in world, with seed 1.
    pub fn new(sites: impl IntoIterator<Item = Site>) -> Self {
        Self {
            sites: sites.into_iter().collect(),
            world: World::builtin(),
            seed: 1,
        }
    }

    /// Every host with the addresses that a lab of this topology will give it.
    ///
    /// # Errors
    /// No lab can be built of it.
    pub fn on_paper(&self) -> Result<Vec<OnPaper>, PlanError> {
        Plan::new(self).map(|plan| plan.on_paper())
    }

    /// The same in this world.
    #[must_use]
    pub fn world(self, world: World) -> Self {
        Self { world, ..self }
    }

    /// The same with chance drawn from this seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }
}

/// A host as a topology gives it an address, before anything is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OnPaper {
    /// Its name.
    pub host: String,
    /// Its own addresses, IPv4 first.
    pub addresses: Vec<IpAddr>,
    /// The addresses by which other sites will see it: a NAT's in place of the host's own of IPv4.
    pub seen_as: Vec<IpAddr>,
}

/// A switch with hosts on it, and a router that joins it to the wide area.
///
/// ```
/// use e3_lab::{Nat, Site};
///
/// let home = Site::new("home", "ams3").hosts(["anna", "arno"]).nat(Nat::port_restricted());
/// assert_eq!(home.hosts.len(), 2);
/// ```
#[derive(Debug, Clone)]
pub struct Site {
    /// A name that no other site has.
    pub name: String,
    /// The region of the world that it stands in.
    pub region: String,
    /// What stands between it and the Internet.
    pub nat: Nat,
    /// Which versions of IP its hosts speak.
    pub family: Family,
    /// The names of its hosts, which are also their hostnames.
    pub hosts: Vec<String>,
    /// Its line to the wide area.
    pub access: Access,
}

impl Site {
    /// A site without hosts, whose hosts will have public IPv4 addresses and a perfect line.
    pub fn new(name: impl Into<String>, region: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            region: region.into(),
            nat: Nat::None,
            family: Family::default(),
            hosts: Vec::new(),
            access: Access::default(),
        }
    }

    /// The same with these hosts besides those that it has.
    #[must_use]
    pub fn hosts(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.hosts.extend(names.into_iter().map(Into::into));
        self
    }

    /// The same behind this NAT.
    #[must_use]
    pub fn nat(self, nat: Nat) -> Self {
        Self { nat, ..self }
    }

    /// The same with hosts that speak these versions of IP.
    #[must_use]
    pub fn family(self, family: Family) -> Self {
        Self { family, ..self }
    }

    /// The same with this line to the wide area.
    #[must_use]
    pub fn access(self, access: Access) -> Self {
        Self { access, ..self }
    }
}

/// Which versions of IP a site's hosts speak. Nothing translates between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Family {
    /// IPv4 alone.
    #[default]
    V4,
    /// IPv6 alone.
    V6,
    /// Both.
    Dual,
}

impl Family {
    /// Whether IPv4 is spoken.
    pub const fn has_v4(self) -> bool {
        matches!(self, Self::V4 | Self::Dual)
    }

    /// Whether IPv6 is spoken.
    pub const fn has_v6(self) -> bool {
        matches!(self, Self::V6 | Self::Dual)
    }
}

/// A site's line to the wide area; each property holds for each direction by itself.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Access {
    /// Bits per second, headers from IP upwards included; unlimited where none.
    #[serde(rename = "rate_bit_s")]
    pub rate: Option<u64>,
    /// The chance, 0 to 1, that a packet is lost.
    pub loss: f64,
    /// Every packet waits a further time between zero and this, evenly distributed. Packets do not overtake.
    #[serde(rename = "jitter_ms", serialize_with = "milliseconds")]
    pub jitter: Duration,
}
