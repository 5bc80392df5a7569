//! What is asked of a lab's network, and what it answers: sites, hosts, paths.

use e3_lab::{Drops, Traffic};
use e3_spec::Scenario;
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
    /// The paths between two places, both ways.
    Link {
        /// One site, or a host there.
        a: String,
        /// The other.
        b: String,
    },
    /// The mappings that stand between a site and the Internet.
    Mappings {
        /// The site, or a host there.
        site: String,
    },
    /// Captures packets as pcapng, told in pieces as they are printed. A cancel ends it and completes the file.
    Capture {
        /// Where: as `e3_lab::Lab::point` reads it.
        points: Vec<String>,
        /// How many bytes of each packet are kept; all if none.
        snap_length: Option<u32>,
        /// For how long, in milliseconds; until a cancel if none.
        for_ms: Option<u64>,
    },
    /// Plays a scenario from now on, and tells what is done. Closing the connection ends it.
    Play(Box<Scenario>),
    /// Does what is to be done at once, and nothing later.
    Act(Box<Scenario>),
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
    /// Paths, as they are now.
    Paths(Vec<PathStatus>),
    /// Mappings of a NAT.
    Mappings(Vec<MappingRecord>),
    /// What was captured, point by point.
    Captured(Vec<CapturedRecord>),
    /// What a scenario has done.
    Played(Vec<PlayedRecord>),
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
    /// How many mappings its NAT has now; with its carrier's where it has one.
    pub mappings: usize,
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
    /// Whether it pauses.
    pub paused: bool,
}

/// A mapping of a NAT.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MappingRecord {
    /// Whether it is the carrier's, and not the site's own router's.
    pub carrier: bool,
    /// Of which protocol.
    pub protocol: String,
    /// The endpoint behind the NAT.
    pub inside: String,
    /// What the outside sees instead.
    pub outside: String,
    /// With whom: those that were sent to, or have come in.
    pub peers: Vec<PeerRecord>,
}

/// One whom a mapping is remembered for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeerRecord {
    /// Its endpoint.
    pub peer: String,
    /// For how much longer, in seconds.
    pub remembered_s: f64,
}

/// The way from one site to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PathStatus {
    /// The site that sends.
    pub from: String,
    /// The site that receives.
    pub to: String,
    /// What it does to packets now.
    #[serde(flatten)]
    pub conditions: ConditionsRecord,
    /// What has arrived since the lab was built.
    pub delivered: Traffic,
    /// What has not.
    pub drops: Drops,
}

/// What a path does to packets, in one direction; what the sites' lines do comes on top.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConditionsRecord {
    /// The delay, in milliseconds.
    pub delay_ms: f64,
    /// By how much longer a packet may take.
    pub jitter_ms: f64,
    /// The chance, 0 to 1, that a packet is lost.
    pub loss: f64,
    /// Bits per second; none where it is unlimited.
    pub rate_bit_s: Option<u64>,
    /// The chance that a packet is held back, so that others overtake it.
    pub reorder: f64,
    /// For how long, in milliseconds.
    pub reorder_by_ms: f64,
    /// The chance that a packet arrives twice.
    pub duplicate: f64,
    /// Whether nothing passes.
    pub down: bool,
}

/// What was seen at one point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapturedRecord {
    /// The point.
    pub point: String,
    /// Packets that are in the file.
    pub packets: u64,
    /// Packets that came faster than they could be written. They are in no file.
    pub missed: u64,
}

/// Something that a scenario has done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlayedRecord {
    /// When it was to happen, from the beginning of the scenario.
    pub at_ms: f64,
    /// How much later it had happened.
    pub late_ms: f64,
    /// What, in the words of the scenario.
    pub text: String,
    /// Why it could not be done, if so.
    pub failed: Option<String>,
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
