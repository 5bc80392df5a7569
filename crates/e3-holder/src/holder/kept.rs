//! What a holder keeps: an environment with its parties, or its network alone.

use std::sync::Arc;

use e3_host::Provider;
use e3_lab::Lab;
use e3_spec::Environment;

use super::{link::Link, network::Network, up::Up};
use crate::wire::{CheckRecord, Fault};

/// What is up.
pub(crate) enum Kept {
    /// Hosts, agents and an overlay.
    Parties(Box<Up>),
    /// Hosts on a network.
    Network(Box<Network>),
}

impl Kept {
    pub(crate) fn environment(&self) -> &Environment {
        match self {
            Self::Parties(up) => &up.environment,
            Self::Network(network) => &network.environment,
        }
    }

    pub(crate) fn since_ms(&self) -> u64 {
        match self {
            Self::Parties(up) => up.since_ms,
            Self::Network(network) => network.since_ms,
        }
    }

    pub(crate) fn check(&self) -> Option<&CheckRecord> {
        match self {
            Self::Parties(up) => up.check.as_ref(),
            Self::Network(network) => network.check.as_ref(),
        }
    }

    pub(crate) fn provider(&self) -> &Arc<dyn Provider> {
        match self {
            Self::Parties(up) => &up.provider,
            Self::Network(network) => &network.provider,
        }
    }

    /// The environment with its parties, for what makes sense only there.
    pub(crate) fn parties(&self) -> Result<&Up, Fault> {
        match self {
            Self::Parties(up) => Ok(up),
            Self::Network(_) => Err(Fault::user(
                "only the network of this environment is up, without parties",
            )
            .hint("`e3 lab down`, then `e3 up`, brings up all of it; `e3 lab` has verbs for the network")),
        }
    }

    /// The lab.
    pub(crate) fn lab(&self) -> Result<&Arc<Lab>, Fault> {
        let lab = self.provider().lab();
        lab.ok_or_else(|| Fault::user("the hosts of this environment do not stand in a lab"))
    }

    /// The agent on a host of that name, or of that party's index. One that pauses would neither answer nor begin.
    pub(crate) async fn agent(&self, host: &str) -> Result<Link, Fault> {
        match self {
            Self::Parties(up) => {
                let party = up.party(host).ok();
                let name = party.map_or(host, |(_, party)| party.host.name.as_str());
                self.check_awake(name)?;
                up.agent(host).await
            }
            Self::Network(network) => {
                self.check_awake(host)?;
                network.agent(host).await
            }
        }
    }

    fn check_awake(&self, host: &str) -> Result<(), Fault> {
        match self.provider().lab() {
            Some(lab) if lab.is_paused(host) => Err(Fault::user(format!("host {host} pauses"))
                .hint(format!("`e3 lab host {host} --resume` lets it go on"))),
            _ => Ok(()),
        }
    }

    /// Leaves everything.
    pub(crate) async fn leave(&self) {
        match self {
            Self::Parties(up) => up.leave().await,
            Self::Network(network) => network.leave(),
        }
    }
}
