//! Privacy: what an observer could tell.

use serde::{Deserialize, Serialize};

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observer {
    /// The Internet provider of one party.
    Provider,
    /// The router of the site that a party is at.
    SiteRouter,
    /// Whoever sees all that passes between sites.
    WideArea,
    /// The relay.
    Relay,
    /// The lighthouse, coordinator or mediator: what it receives, and what it logs.
    Coordinator,
    /// Another party.
    Party,
}

impl Observer {
    /// All, in the order of tables.
    pub const ALL: [Self; 6] = [
        Self::Provider,
        Self::SiteRouter,
        Self::WideArea,
        Self::Relay,
        Self::Coordinator,
        Self::Party,
    ];
}

/// What it would like to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// Who takes part.
    Participants,
    /// Which pairs talk.
    Pairs,
    /// When they talk.
    Times,
    /// How much they say.
    Volumes,
    /// The parties' real addresses.
    Addresses,
    /// The parties' names.
    Names,
    /// Their DIDs.
    Dids,
    /// Their certificates.
    Certificates,
    /// Their public keys.
    Keys,
    /// Which program runs.
    Program,
}

impl Question {
    /// All, in the order of tables.
    pub const ALL: [Self; 10] = [
        Self::Participants,
        Self::Pairs,
        Self::Times,
        Self::Volumes,
        Self::Addresses,
        Self::Names,
        Self::Dids,
        Self::Certificates,
        Self::Keys,
        Self::Program,
    ];

    /// Whether times and volumes answer it, and not what stands in packets, files and memories.
    pub fn is_of_traffic(self) -> bool {
        matches!(self, Self::Pairs | Self::Times | Self::Volumes)
    }
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: String,
    /// The overlay, or one of its variants.
    pub overlay: String,
    /// Who looked.
    pub observer: Observer,
    /// At what.
    pub question: Question,
    /// What it could tell.
    pub seen: Seen,
    /// What was found where and in which encoding, or which method told it how well: one sentence each.
    pub evidence: Vec<String>,
    /// The captures and logs that were searched, relative to the comparison's folder.
    pub searched: Vec<String>,
    /// When, RFC 3339.
    pub time: String,
    /// The command that does it again.
    pub command: Vec<String>,
}

/// What an observer could tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "seen", content = "why")]
pub enum Seen {
    /// Nothing.
    No,
    /// A part of it, which is said.
    Partly(String),
    /// It.
    Yes,
    /// There is no such observer, for that reason.
    NotApplicable(String),
}
