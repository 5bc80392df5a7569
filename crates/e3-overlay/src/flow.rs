//! What a firewall has to let through: which host opens connections to which, on which port.

use std::fmt;

use e3_session::types::{Dial, Options, PartyIndex, Ports, ServiceFacts, Transport};
use serde::Serialize;

/// What decides which connections there are, as far as it is known before anybody has an address.
#[derive(Debug, Clone)]
pub struct Scene {
    /// How many parties there are.
    pub parties: u16,
    /// Which connections a program will need.
    pub dial: Dial,
    /// The ports that programs will listen on.
    pub ports: Ports,
    /// The services that are up for the overlay.
    pub services: Vec<ServiceFacts>,
    /// What the environment says of the overlay.
    pub options: Options,
}

/// Connections (or, of UDP, a conversation) that one end opens to the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Flow {
    /// Who opens them, from whichever port the system gives.
    pub from: End,
    /// Who listens.
    pub to: End,
    /// What carries them.
    pub transport: Transport,
    /// Where the latter listens.
    pub port: PortChoice,
    /// What they are for.
    pub purpose: Purpose,
}

/// One end of a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// A party's host.
    Party(PartyIndex),
    /// The host of the service of this name.
    Service(String),
    /// A host that is none of the environment's, by its name or address.
    Elsewhere(String),
}

/// On which port somebody listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PortChoice {
    /// On this one.
    One(u16),
    /// On any, which nobody knows beforehand.
    Any,
}

/// What connections are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To find out, before a program starts, whether it will get through.
    Join,
    /// The program's own.
    Program,
    /// To carry a link by a better way. Without it, packets take another.
    Better,
    /// To measure a link. Without it, nothing but the measurement is missing.
    Measure,
}

impl Purpose {
    /// Whether nothing runs without it.
    pub fn is_needed(self) -> bool {
        match self {
            Self::Join | Self::Program => true,
            Self::Better | Self::Measure => false,
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Join => "joining",
            Self::Program => "the program",
            Self::Better => "a better path (optional)",
            Self::Measure => "measuring (optional)",
        })
    }
}

impl fmt::Display for PortChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(port) => port.fmt(f),
            Self::Any => f.write_str("any"),
        }
    }
}
