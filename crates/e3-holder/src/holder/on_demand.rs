//! Agents on hosts that need none but for commands: each is started when the first command comes.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use e3_host::{Host as Machine, Provider};
use e3_session::message::Request;
use futures::future::join_all;
use tokio::sync::Mutex;

use super::{agents::Starter, link::Link};
use crate::wire::Fault;

/// Hosts with agents as they are needed.
pub(crate) struct OnDemand {
    provider: Arc<dyn Provider>,
    starter: Starter,
    /// The agents that run, by host.
    agents: Mutex<BTreeMap<String, Link>>,
}

impl OnDemand {
    /// With those that run already.
    pub(crate) fn new(
        provider: Arc<dyn Provider>,
        starter: Starter,
        agents: BTreeMap<String, Link>,
    ) -> Self {
        Self {
            provider,
            starter,
            agents: Mutex::new(agents),
        }
    }

    /// The agent of a host, started if none runs there; `environment` is what people call all of it.
    pub(crate) async fn agent(&self, host: &str, environment: &str) -> Result<Link, Fault> {
        // Held while one starts, so that a host gets no second one.
        let mut agents = self.agents.lock().await;
        if let Some(link) = agents.get(host).filter(|link| link.gone().is_none()) {
            return Ok(link.clone());
        }
        let machine = self.machine(host, environment)?;
        self.starter.cleared(host).await;
        let fresh = self.starter.start(machine).map_err(Fault::from)?;
        let (link, _) = self.starter.greet(fresh).await.map_err(Fault::from)?;
        agents.insert(host.to_owned(), link.clone());
        Ok(link)
    }

    /// The agent that runs on a host, if one does.
    pub(crate) async fn running(&self, host: &str) -> Option<Link> {
        let agents = self.agents.lock().await;
        let link = agents.get(host).filter(|link| link.gone().is_none());
        link.cloned()
    }

    /// Whether everything ends.
    pub(crate) fn is_leaving(&self) -> bool {
        self.starter.is_leaving()
    }

    /// Asks every agent that runs to leave.
    pub(crate) async fn leave(&self, patience: Duration) {
        let agents = std::mem::take(&mut *self.agents.lock().await);
        let leaving = agents
            .values()
            .map(|link| link.ask("leave", Request::Leave, patience));
        // An agent that has died or hangs is ended with its host.
        let _ = join_all(leaving).await;
    }

    fn machine(&self, name: &str, environment: &str) -> Result<Arc<dyn Machine>, Fault> {
        let hosts = self.provider.hosts();
        let found = hosts.iter().find(|host| host.name() == name);
        found.cloned().ok_or_else(|| {
            let names: Vec<_> = hosts.iter().map(|host| host.name()).collect();
            Fault::user(format!("there is no host `{name}` in {environment}"))
                .hint(format!("its hosts are {}", names.join(", ")))
        })
    }
}
