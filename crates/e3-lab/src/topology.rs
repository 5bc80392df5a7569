//! What a lab is to be: plain data.

use std::time::Duration;

use e3_world::World;

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

/// A switch with hosts on it, and a router that joins it to the wide area.
#[derive(Debug, Clone)]
pub struct Site {
    /// A name that no other site has.
    pub name: String,
    /// The region of the world that it stands in.
    pub region: String,
    /// What its router does to addresses.
    pub nat: Nat,
    /// The names of its hosts, which are also their hostnames.
    pub hosts: Vec<String>,
    /// Its line to the wide area.
    pub access: Access,
}

/// What a site's router does to addresses and to packets from outside.
///
/// The behaviours are RFC 4787's: how an inside address is *mapped* to an outside one, and which packets from outside
/// are *filtered*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Nat {
    /// Nothing: its hosts have public addresses.
    #[default]
    None,
    /// A home router: hosts share one public address; the mapping does not depend on the endpoint, and only
    /// endpoints (address and port) that were sent to may answer.
    Home,
}

/// A site's line to the wide area; each property holds for each direction by itself.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Access {
    /// Bits per second, headers from IP upwards included; unlimited where none.
    pub rate: Option<u64>,
    /// The chance, 0 to 1, that a packet is lost.
    pub loss: f64,
    /// Every packet waits a further time between zero and this, evenly distributed. Packets do not overtake.
    pub jitter: Duration,
}
