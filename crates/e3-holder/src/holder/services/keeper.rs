//! Services on one host: they are started again with their agent, and by it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use e3_session::{
    message::{Reply, Request, Serve},
    types::Health,
};
use tokio::time::{sleep, timeout};

use super::{
    super::{
        link::{Link, LinkError},
        on_demand::OnDemand,
        party::{QUICK, unexpected},
    },
    members::Members,
};

/// How long an agent may take to say how its services are.
const ANSWER: Duration = Duration::from_secs(3);
/// From one such question to the next.
const ROUND: Duration = Duration::from_secs(2);
/// Before a service is started once more that would not start.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What runs on one host.
#[derive(Clone)]
pub(super) struct OneHost {
    pub(super) name: String,
    /// The agent of the party there. None on a host that is no party's: there agents come and go.
    pub(super) party: Option<Link>,
    /// What the agent is asked to serve.
    pub(super) serve: Vec<Serve>,
    /// Whom its services are for.
    pub(super) members: Members,
    /// Whether a service was started that has yet to be told so.
    pub(super) untold: bool,
}

/// Sees to it that a host's services run.
pub(super) struct Keeper {
    pub(super) host: OneHost,
    pub(super) others: Arc<OnDemand>,
    pub(super) environment: String,
}

impl OneHost {
    /// Asks an agent to serve, and remembers what the services are then.
    pub(super) async fn serve(&mut self, link: &Link) -> Result<(), LinkError> {
        for serve in &mut self.serve {
            start(serve, link).await?;
            self.untold = true;
        }
        self.tell(link).await
    }

    /// Tells services whom they are for, if any was started since they were told.
    async fn tell(&mut self, link: &Link) -> Result<(), LinkError> {
        if self.untold {
            self.members.tell(link).await?;
            self.untold = false;
        }
        Ok(())
    }

    /// Starts those services again that have ended while their agent has not, until the agent ends, too; asks this often.
    async fn watch(&mut self, link: &Link, usual: Duration) {
        let mut round = usual;
        while timeout(round, link.end()).await.is_err() {
            round = match self.revive(link).await {
                Ok(()) => usual,
                Err(why) => {
                    tracing::warn!("services on {} do not start again: {why}", self.name);
                    (round * 2).min(LONGEST_PAUSE)
                }
            };
        }
    }

    /// Starts those services again of which their agent says that they are down.
    async fn revive(&mut self, link: &Link) -> Result<(), LinkError> {
        // An agent that is too busy to say how they are is asked again.
        let Ok(said) = asked(link).await else {
            return Ok(());
        };
        for serve in &mut self.serve {
            let name = &serve.service.name;
            let reason = match said.get(name) {
                Some(Health::Up) => continue,
                Some(Health::Down { reason }) => reason.as_str(),
                None => "it would not start",
            };
            tracing::warn!("service {name} is started again: {reason}");
            start(serve, link).await?;
            self.untold = true;
        }
        self.tell(link).await
    }
}

impl Keeper {
    /// Whenever a service has ended, it is started again by its agent; whenever the agent has died, another is started there,
    /// with the same services: with what they had told, in the folders that they had, so that parties find them again. A
    /// party's agent is another's to start. Ends when the environment does.
    pub(super) async fn keep(mut self, mut link: Link) {
        loop {
            self.host.watch(&link, ROUND).await;
            if self.others.is_leaving() || self.host.party.is_some() {
                return;
            }
            tracing::warn!("{}; its services are started again", link.ended());
            match self.replace().await {
                Some(fresh) => link = fresh,
                None => return,
            }
        }
    }

    /// Another agent, with the services; none once everything ends.
    async fn replace(&mut self) -> Option<Link> {
        let mut pause = FIRST_PAUSE;
        loop {
            let again = self.others.agent(&self.host.name, &self.environment).await;
            let served = match again {
                Ok(link) => match self.host.serve(&link).await {
                    Ok(()) => Ok(link),
                    Err(error) => Err(error.to_string()),
                },
                Err(fault) => Err(fault.message),
            };
            match served {
                Ok(link) => return Some(link),
                Err(_) if self.others.is_leaving() => return None,
                Err(why) => {
                    tracing::warn!("services on {} do not start again: {why}", self.host.name);
                }
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Asks an agent to start a service, and remembers what it is then.
async fn start(serve: &mut Serve, link: &Link) -> Result<(), LinkError> {
    let request = Request::Serve(serve.clone());
    match link.ask("serve", request, QUICK).await? {
        Reply::Serving { service } => {
            serve.service = service;
            Ok(())
        }
        other => Err(unexpected(link, &other)),
    }
}

/// How an agent's services are, or why it does not say.
pub(super) async fn asked(link: &Link) -> Result<BTreeMap<String, Health>, String> {
    match link.ask("health", Request::Health, ANSWER).await {
        Ok(Reply::Health(said)) => {
            let said = said.into_iter();
            Ok(said.map(|service| (service.name, service.health)).collect())
        }
        Ok(other) => Err(unexpected(link, &other).to_string()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
