//! A network without parties: what `e3 lab up` keeps.

use std::{collections::BTreeMap, sync::Arc};

use e3_host::{Host as Machine, Provider};
use e3_spec::Environment;
use tokio::sync::{Mutex, mpsc};

use super::{
    agents::{Starter, start_agents},
    bring_up::fresh_session,
    check,
    link::{Link, Unasked},
    tell::Tell,
};
use crate::{
    clock::now_ms,
    launch::Keep,
    state::StateFolder,
    wire::{CheckRecord, Event, Fault, Step},
};

/// A network that is up.
pub(crate) struct Network {
    pub(crate) environment: Environment,
    pub(crate) since_ms: u64,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) check: Option<CheckRecord>,
    starter: Starter,
    /// The agents that run, by host.
    agents: Mutex<BTreeMap<String, Link>>,
}

impl Network {
    /// Makes one of hosts that exist: measures it, or starts an agent on each host.
    pub(crate) async fn bring_up(
        environment: Environment,
        provider: Arc<dyn Provider>,
        folder: &StateFolder,
        keep: Keep,
        tell: &Tell,
        unasked: &mpsc::UnboundedSender<Unasked>,
    ) -> Result<Self, Fault> {
        let starter =
            Starter::new(fresh_session()?, folder, unasked.clone()).map_err(Fault::from)?;
        let mut agents = BTreeMap::new();
        let mut checked = None;
        if keep == Keep::Agents {
            let starting = start_agents(&environment.hosts, &*provider, &starter);
            let parties = tell.step(Step::Agents, starting).await?;
            let links = parties.into_iter().map(|party| party.link);
            agents = links.map(|link| (link.host().to_owned(), link)).collect();
        } else {
            let checking = check::run(Arc::clone(&provider));
            checked = tell.step(Step::Check, checking).await?;
        }
        if let Some(check) = &checked {
            tell.event(Event::Checked(check.clone()));
        }
        Ok(Self {
            environment,
            since_ms: now_ms(),
            provider,
            check: checked,
            starter,
            agents: Mutex::new(agents),
        })
    }

    /// The agent of a host, started if none runs there.
    pub(crate) async fn agent(&self, host: &str) -> Result<Link, Fault> {
        // Held while one starts, so that a host gets no second one.
        let mut agents = self.agents.lock().await;
        if let Some(link) = agents.get(host).filter(|link| link.gone().is_none()) {
            return Ok(link.clone());
        }
        let machine = self.machine(host)?;
        let fresh = self.starter.start(machine).map_err(Fault::from)?;
        let (link, _) = self.starter.greet(fresh).await.map_err(Fault::from)?;
        agents.insert(host.to_owned(), link.clone());
        Ok(link)
    }

    fn machine(&self, name: &str) -> Result<Arc<dyn Machine>, Fault> {
        let hosts = self.provider.hosts();
        let found = hosts.iter().find(|host| host.name() == name);
        found.cloned().ok_or_else(|| {
            let names: Vec<_> = hosts.iter().map(|host| host.name()).collect();
            Fault::user(format!(
                "there is no host `{name}` in {}",
                self.environment.name
            ))
            .hint(format!("its hosts are {}", names.join(", ")))
        })
    }

    /// Everything ends.
    pub(crate) fn leave(&self) {
        self.starter.leave();
    }
}
