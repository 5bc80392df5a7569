//! A network without parties: what `e3 lab up` keeps.

use std::{collections::BTreeMap, sync::Arc};

use e3_host::Provider;
use e3_spec::Environment;
use tokio::sync::mpsc;

use super::{
    agents::{Starter, start_agents},
    bring_up::fresh_session,
    check,
    link::{Link, Unasked},
    on_demand::OnDemand,
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
    agents: OnDemand,
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
            agents: OnDemand::new(Arc::clone(&provider), starter.clone(), agents),
            provider,
            check: checked,
            starter,
        })
    }

    /// The agent of a host, started if none runs there.
    pub(crate) async fn agent(&self, host: &str) -> Result<Link, Fault> {
        self.agents
            .agent(host, self.environment.name.as_str())
            .await
    }

    /// Everything ends.
    pub(crate) fn leave(&self) {
        self.starter.leave();
    }
}
