//! What a holder keeps: an environment with its parties, or its network alone.

use std::sync::{Arc, PoisonError, RwLock};

use e3_host::Provider;
use e3_lab::Lab;
use e3_spec::Environment;

use super::{link::Link, network::Network, up::Up};
use crate::wire::{CheckRecord, Fault};

/// What is up.
pub(crate) enum Kept {
    /// Hosts, agents and an overlay.
    Parties(Box<Standing>),
    /// Hosts on a network.
    Network(Box<Network>),
}

/// An environment with parties, of which some may be put out.
pub(crate) struct Standing {
    environment: Environment,
    provider: Arc<dyn Provider>,
    since_ms: u64,
    check: Option<CheckRecord>,
    now: RwLock<Arc<Up>>,
}

impl Standing {
    /// One that has just come up.
    pub(crate) fn new(up: Up) -> Self {
        Self {
            environment: up.environment.clone(),
            provider: Arc::clone(&up.provider),
            since_ms: up.since_ms,
            check: up.check.clone(),
            now: RwLock::new(Arc::new(up)),
        }
    }

    /// As it is now.
    fn now(&self) -> Arc<Up> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Kept {
    pub(crate) fn environment(&self) -> &Environment {
        match self {
            Self::Parties(standing) => &standing.environment,
            Self::Network(network) => &network.environment,
        }
    }

    pub(crate) fn since_ms(&self) -> u64 {
        match self {
            Self::Parties(standing) => standing.since_ms,
            Self::Network(network) => network.since_ms,
        }
    }

    pub(crate) fn check(&self) -> Option<&CheckRecord> {
        match self {
            Self::Parties(standing) => standing.check.as_ref(),
            Self::Network(network) => network.check.as_ref(),
        }
    }

    pub(crate) fn provider(&self) -> &Arc<dyn Provider> {
        match self {
            Self::Parties(standing) => &standing.provider,
            Self::Network(network) => &network.provider,
        }
    }

    /// The environment with its parties as they are now, for what makes sense only there.
    pub(crate) fn parties(&self) -> Result<Arc<Up>, Fault> {
        match self {
            Self::Parties(standing) => Ok(standing.now()),
            Self::Network(_) => Err(Fault::user(
                "only the network of this environment is up, without parties",
            )
            .hint("`e3 lab down`, then `e3 up`, brings up all of it; `e3 lab` has verbs for the network")),
        }
    }

    /// From now on the environment is this one, with fewer parties.
    pub(crate) fn replace(&self, up: Up) {
        if let Self::Parties(standing) = self {
            *standing.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(up);
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
            Self::Parties(standing) => {
                let up = standing.now();
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
            Self::Parties(standing) => standing.now().leave().await,
            Self::Network(network) => network.leave(),
        }
    }
}
