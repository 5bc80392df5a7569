//! Who makes or finds hosts.

use std::{io, sync::Arc, time::Duration};

use e3_lab::Lab;

use crate::Host;

/// The providers that there are, by their names in e3.toml, with what can be said of each before it has made anything.
pub const PROVIDERS: &[(&str, ProviderKind)] = &[("lab", ProviderKind { emulated: true })];

/// What can be said of a provider before it has made anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderKind {
    /// Whether hosts and network are made on this machine: what their parties say to one another never leaves it, they
    /// share its files, and none of it outlives the environment.
    pub emulated: bool,
}

impl ProviderKind {
    /// Of the provider of that name.
    pub fn of(name: &str) -> Option<Self> {
        let mut known = PROVIDERS.iter();
        known
            .find(|(known, _)| *known == name)
            .map(|(_, kind)| *kind)
    }
}

/// Makes or finds hosts.
pub trait Provider: Send + Sync {
    /// Its name in e3.toml.
    fn name(&self) -> &'static str;

    /// The hosts: the parties' in the order of the environment, then those on which nothing but services run.
    fn hosts(&self) -> Vec<Arc<dyn Host>>;

    /// The round-trip time that the environment declares for a pair of hosts, if it declares one.
    fn expected_rtt(&self, a: &str, b: &str) -> Option<Duration>;

    /// The lab, where the hosts stand in one.
    fn lab(&self) -> Option<&Arc<Lab>>;

    /// Measures what was made against what was declared; `None` where nothing was declared. Blocks.
    fn check(&self) -> Option<Result<SelfCheck, HostError>>;
}

/// What a provider found when it measured what it made.
#[derive(Debug, Clone, PartialEq)]
pub struct SelfCheck {
    /// Whether figures measured on it can be trusted.
    pub trusted: bool,
    /// The same in words.
    pub verdict: String,
    /// Pairs of hosts, declared and measured.
    pub pairs: Vec<PairRtt>,
    /// How many pairs there are; of many, some are measured.
    pub pairs_in_all: usize,
    /// The machine's one-minute load.
    pub load: f64,
}

/// One pair of hosts as measured.
#[derive(Debug, Clone, PartialEq)]
pub struct PairRtt {
    /// One host.
    pub a: String,
    /// The other.
    pub b: String,
    /// Declared round-trip time in milliseconds.
    pub expected_ms: f64,
    /// Measured, if the pair can reach each other at all.
    pub measured_ms: Option<f64>,
}

/// A host could not be made or used.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The lab could not be built.
    #[error("the lab cannot be built: {0}")]
    Lab(#[from] e3_lab::LabError),
    /// The regions of the environment do not fit together.
    #[error("the environment's network: {0}")]
    World(#[from] e3_world::WorldError),
    /// A program could not be started.
    #[error("cannot start {program} on host {host}: {source}")]
    Start {
        /// The host.
        host: String,
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
}
