//! An environment that is up.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use e3_host::{Provider, ProviderKind};
use e3_overlay::Overlay;
use e3_session::{
    message::Request,
    types::{Dial, LinkReport, PartyIndex, Ports, ServiceFacts, SessionId},
};
use e3_spec::Environment;
use futures::future::join_all;

use super::{
    admit::Admitted,
    agents::Starter,
    link::Link,
    look::{SOON, look},
    on_demand::OnDemand,
    pairs,
    party::{Party, statuses},
    quiet,
    routes::Routes,
    services::{self, Running},
};
use crate::{
    state::StateFolder,
    wire::{CheckRecord, Fault, HostStatus, InsecureRecord, PartyStatus, Status},
};

/// How long an agent may take to leave.
const LEAVE: Duration = Duration::from_secs(10);

/// How much is done to know the state of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    /// They are measured.
    Measure,
    /// What agents know already will do.
    Look,
}

/// An environment that is up. Where parties are put out, another stands for it from then on.
#[derive(Clone)]
pub(crate) struct Up {
    pub(crate) environment: Environment,
    pub(crate) session: SessionId,
    pub(crate) since_ms: u64,
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) starter: Starter,
    /// In the order of indices.
    pub(crate) parties: Vec<Party>,
    /// Who takes part, as all have found it.
    pub(crate) admitted: Admitted,
    /// In the order of the environment.
    pub(crate) services: Vec<ServiceFacts>,
    /// The hosts on which nothing but services run.
    pub(crate) others: Arc<OnDemand>,
    /// Those of the services that an agent has started.
    pub(crate) running: Running,
    /// As they were when the overlay was joined; one a directed pair that a program needs.
    pub(crate) links: Vec<LinkReport>,
    /// What the user has allowed although it protects nothing.
    pub(crate) insecure: Option<InsecureRecord>,
    pub(crate) check: Option<CheckRecord>,
    /// Which connections programs may open, and on which ports they may listen.
    pub(crate) dialling: (Dial, Ports),
    /// Where this process and the agents log.
    pub(crate) log: PathBuf,
    pub(crate) overlay: Arc<dyn Overlay>,
    pub(crate) folder: StateFolder,
    /// By which messages between agents go.
    pub(crate) routes: Routes,
    /// The greatest epoch that any roster was given.
    pub(crate) epochs: Arc<AtomicU32>,
    /// Who was put out since it came up, by their hosts' names.
    pub(crate) removed: Vec<String>,
}

impl Up {
    /// How the parties are shown, in the order of indices.
    pub(crate) fn statuses(&self) -> Vec<PartyStatus> {
        statuses(&self.parties)
    }

    /// The state of everything, as it is now.
    pub(crate) async fn status(&self, running: Option<String>, care: Care) -> Status {
        let mut links = Vec::new();
        let mut hosts = Vec::with_capacity(self.parties.len());
        let answers = look(&self.parties, SOON).await;
        for ((index, party), answer) in self.parties.iter().enumerate().zip(answers) {
            let silent = match answer {
                Ok(seen) => {
                    links.extend(seen);
                    None
                }
                Err(error) => Some(error.to_string()),
            };
            hosts.push(HostStatus {
                party: party.status(index),
                words: party.words.clone(),
                alive: party.link.gone().is_none(),
                silent,
            });
        }
        if care == Care::Measure {
            quiet::refresh(&mut links, &self.parties).await;
        }
        Status {
            environment: self.environment.name.to_string(),
            since_ms: self.since_ms,
            session: self.session.to_string(),
            overlay: self.environment.overlay.to_string(),
            identity: self.environment.identity.to_string(),
            roster: self.admitted.roster.hash().to_string(),
            epoch: self.admitted.roster.epoch,
            removed: self.removed.clone(),
            words: self.admitted.words.clone(),
            hosts,
            services: {
                let health = self.running.health().await;
                services::statuses(&self.environment, &self.services, health)
            },
            pairs: pairs::records(&self.parties, &*self.provider, &links),
            links,
            running,
            check: self.check.clone(),
        }
    }

    /// The agent on a host of that name, or of that party's index; on one that no party runs on, it is started.
    pub(crate) async fn agent(&self, host: &str) -> Result<Link, Fault> {
        let mut others = self.environment.service_hosts.iter();
        if others.any(|other| other.name.as_str() == host) {
            let environment = self.environment.name.as_str();
            return self.others.agent(host, environment).await;
        }
        let (_, party) = self.party(host)?;
        Ok(party.link.clone())
    }

    /// The party on a host of that name, or of that index.
    pub(crate) fn party(&self, host: &str) -> Result<(PartyIndex, &Party), Fault> {
        let by_index = || host.parse().ok().map(PartyIndex);
        let index = self.admitted.roster.index_of(host).or_else(by_index);
        let found = index.and_then(|index| Some((index, self.parties.get(usize::from(index.0))?)));
        found.ok_or_else(|| {
            if self.removed.iter().any(|removed| removed == host) {
                return Fault::user(format!(
                    "{host} was put out of {} by `e3 remove`",
                    self.environment.name
                ))
                .hint(format!(
                    "`e3 up --readmit {host}` makes the environment anew, and {host} takes part again"
                ));
            }
            let parties = self.parties.iter().map(|party| &party.host.name);
            let names: Vec<_> = parties.map(e3_spec::HostName::as_str).collect();
            Fault::user(format!(
                "there is no host `{host}` in {}",
                self.environment.name
            ))
            .hint(format!("its hosts are {}", names.join(", ")))
        })
    }

    /// An epoch that no roster had.
    pub(crate) fn next_epoch(&self) -> u32 {
        self.epochs.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Leaves the overlay everywhere. What still runs on the hosts ends with the holder.
    pub(crate) async fn leave(&self) {
        self.starter.leave();
        // An agent that has died or hangs is ended with its host.
        let parties = self.parties.iter();
        join_all(parties.map(|party| party.link.ask("leave", Request::Leave, LEAVE))).await;
        // Now nobody needs a service any more. Those on hosts of the lab end with it, which takes no time.
        let mut hosts = self.environment.service_hosts.iter();
        if hosts.any(|host| !is_emulated(host.provider.as_str())) {
            self.others.leave(LEAVE).await;
        }
    }
}

/// Whether a provider's hosts end with this process.
fn is_emulated(provider: &str) -> bool {
    ProviderKind::of(provider).is_some_and(|kind| kind.emulated)
}
