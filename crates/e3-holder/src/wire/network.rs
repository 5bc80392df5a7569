//! How the hosts of an environment are attached to the network.

use e3_session::types::{ClockOffset, NetworkReport};
use serde::{Deserialize, Serialize};

use super::{LinkRecord, PartyStatus};

/// What all hosts have found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Examined {
    /// The environment's name.
    pub environment: String,
    /// The overlay.
    pub overlay: String,
    /// In the order of indices.
    pub hosts: Vec<ExaminedHost>,
    /// The links as they are now.
    pub links: Vec<LinkRecord>,
}

/// What one host has found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExaminedHost {
    /// The host.
    #[serde(flatten)]
    pub host: PartyStatus,
    /// What it has found out.
    #[serde(flatten)]
    pub report: NetworkReport,
    /// How far its clock is ahead of the one of the machine that keeps the environment.
    pub clock: Option<ClockOffset>,
    /// Why it has told nothing, if it has not.
    pub silent: Option<String>,
}
