//! What is asked of a lab's network, and what it answers: sites, hosts, paths.

use serde::{Deserialize, Serialize};

use super::CheckRecord;

/// A question about the network itself. Whether parties stand in it does not matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabAsk {
    /// What is there, and what has passed.
    Status,
    /// Pings between two hosts, below any overlay.
    Ping {
        /// One host.
        a: String,
        /// The other.
        b: String,
        /// How many.
        count: u16,
    },
    /// The lab measures itself, now.
    Check,
}

/// What a lab answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabAnswer {
    /// What is there.
    Network(NetworkStatus),
    /// Pings were answered, or not.
    Pinged(PingRecord),
    /// The lab has measured itself.
    Checked(CheckRecord),
}

/// A lab that is up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkStatus {
    /// The environment's name.
    pub environment: String,
    /// When it came up, in milliseconds since the Unix epoch.
    pub since_ms: u64,
    /// Whether parties stand on its hosts.
    pub parties: bool,
    /// The sites, in the order of the environment.
    pub sites: Vec<SiteStatus>,
    /// From site to site; in a large lab, those that packets have passed.
    pub paths: Vec<PathStatus>,
    /// How many ordered pairs of sites there are.
    pub paths_in_all: usize,
    /// What the lab last found when it measured itself.
    pub check: Option<CheckRecord>,
}

/// A site that is up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteStatus {
    /// Its name.
    pub site: String,
    /// The region that it stands in.
    pub region: String,
    /// The NAT in front of it; `none` if there is none.
    pub nat: String,
    /// The hosts on its switch.
    pub hosts: Vec<LabHostStatus>,
}

/// A host of a lab.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabHostStatus {
    /// Its name.
    pub host: String,
    /// Its own addresses.
    pub addresses: Vec<String>,
    /// The address by which other sites see it.
    pub seen_as: Option<String>,
}

/// The way from one site to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PathStatus {
    /// The site that sends.
    pub from: String,
    /// The site that receives.
    pub to: String,
    /// The delay of this direction, in milliseconds.
    pub delay_ms: f64,
    /// Packets delivered, as they are on the wire.
    pub packets: u64,
    /// Their bytes, from IP upwards.
    pub bytes: u64,
}

/// Pings between two hosts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PingRecord {
    /// The host that sent them.
    pub from: String,
    /// The host that they were for.
    pub to: String,
    /// What answered: the host itself, or the router in front of it.
    pub answered_by: Answerer,
    /// The declared round trip, in milliseconds.
    pub declared_ms: f64,
    /// How many were sent.
    pub sent: u16,
    /// The round trips of those that were answered, in milliseconds, as they came.
    pub rtt_ms: Vec<f64>,
    /// The shortest.
    pub min_ms: Option<f64>,
    /// The median.
    pub median_ms: Option<f64>,
    /// The longest.
    pub max_ms: Option<f64>,
}

/// What answered a ping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answerer {
    /// The host.
    Host,
    /// Its router, which lets no ping in.
    Router,
}
