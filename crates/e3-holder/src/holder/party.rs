//! The parties of an environment that is up.

use std::time::Duration;

use e3_host::{Host as Machine, HostError, Place, Provider, Started};
use e3_session::{
    message::{Reply, Request},
    types::{Contact, HostFacts, PartyIndex, SessionId},
};
use e3_spec::Host;
use futures::future::{join_all, try_join_all};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{sync::mpsc, task::spawn_blocking};

use super::link::{Link, LinkError, Unasked};
use crate::{
    state::{StateFolder, sweep::remove_host},
    wire::PartyStatus,
};

/// How long an agent may take for what needs no network.
pub(crate) const QUICK: Duration = Duration::from_secs(20);
/// How long an agent may take to say hello: its host may be busy with many others.
const HELLO: Duration = Duration::from_secs(20);

/// One party: a host with its agent.
pub(crate) struct Party {
    /// As declared.
    pub(crate) host: Host,
    /// As made.
    pub(crate) machine: Arc<dyn Machine>,
    /// Its agent.
    pub(crate) link: Link,
    /// What its agent says of the host.
    pub(crate) facts: HostFacts,
    /// Its DID, once it has introduced itself.
    pub(crate) did: String,
}

impl Party {
    /// Where the host is attached.
    pub(crate) fn place(&self) -> &Place {
        self.machine.place()
    }

    /// How the party is shown.
    pub(crate) fn status(&self, index: usize) -> PartyStatus {
        let place = self.place();
        PartyStatus {
            index: u16::try_from(index).unwrap_or(u16::MAX),
            host: self.host.name.to_string(),
            region: place.region.clone(),
            site: place.site.clone(),
            nat: place.nat.clone(),
            addresses: self
                .facts
                .addresses
                .iter()
                .map(ToString::to_string)
                .collect(),
            did: self.did.clone(),
        }
    }

    /// Where the party can be reached.
    pub(crate) fn contact(&self, index: usize) -> Contact {
        let party = PartyIndex(u16::try_from(index).unwrap_or(u16::MAX));
        Contact {
            party,
            sequence: 1,
            addresses: self.facts.addresses.clone(),
        }
    }
}

/// An agent did not come up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AgentError {
    /// It could not be started.
    #[error(transparent)]
    Host(#[from] HostError),
    /// It did not do what was asked.
    #[error(transparent)]
    Link(#[from] LinkError),
}

/// Starts an agent on every host and greets it.
pub(crate) async fn start_agents(
    hosts: &[Host],
    provider: &dyn Provider,
    session: SessionId,
    folder: &StateFolder,
    unasked: &mpsc::UnboundedSender<Unasked>,
) -> Result<Vec<Party>, AgentError> {
    let program = std::env::current_exe().map_err(|source| HostError::Start {
        host: "this machine".to_owned(),
        program: "e3".to_owned(),
        source,
    })?;
    let started: Vec<(Host, Arc<dyn Machine>, Started)> = hosts
        .iter()
        .zip(provider.hosts())
        .map(|(host, machine)| start(&program, host, machine))
        .collect::<Result<_, _>>()?;
    try_join_all(
        started
            .into_iter()
            .map(|(host, machine, started)| async move {
                let link = Link::open(host.name.as_str(), started, unasked.clone());
                let files = folder.hosts().join(host.name.as_str());
                let hello = Request::Hello {
                    protocol: e3_session::message::PROTOCOL,
                    session,
                    name: host.name.to_string(),
                    folder: files.to_string_lossy().into_owned(),
                };
                tokio::spawn(clear_after(link.end(), Arc::clone(&machine), files));
                let facts = match link.ask("hello", hello, HELLO).await? {
                    Reply::Greeting { facts, .. } => facts,
                    other => return Err(unexpected(&link, &other).into()),
                };
                Ok(Party {
                    host,
                    machine,
                    link,
                    facts,
                    did: String::new(),
                })
            }),
    )
    .await
}

fn start(
    program: &Path,
    host: &Host,
    machine: Arc<dyn Machine>,
) -> Result<(Host, Arc<dyn Machine>, Started), HostError> {
    let started = machine.start(program, &["agent"])?;
    Ok((host.clone(), machine, started))
}

/// Once a host's agent has ended, however it did, ends what else runs there and removes its files: a private input
/// must not outlive the agent that would have removed it.
async fn clear_after(end: impl Future<Output = ()>, machine: Arc<dyn Machine>, files: PathBuf) {
    end.await;
    let cleared = spawn_blocking(move || {
        if let Err(error) = machine.end_all() {
            tracing::warn!("{error}");
        }
        if let Err(error) = remove_host(&files) {
            tracing::warn!("{error}");
        }
    });
    // An error means that the holder itself ends, and its guardian removes everything.
    let _ = cleared.await;
}

/// Asks every party at once; the first error in the order of parties is the answer.
pub(crate) async fn ask_all(
    parties: &[Party],
    what: &'static str,
    patience: Duration,
    request: impl Fn(usize, &Party) -> Request,
) -> Result<Vec<Reply>, LinkError> {
    let asked = parties
        .iter()
        .enumerate()
        .map(|(index, party)| party.link.ask(what, request(index, party), patience));
    join_all(asked).await.into_iter().collect()
}

/// The error of an answer that the conversation's machine should have refused.
pub(crate) fn unexpected(link: &Link, reply: &Reply) -> LinkError {
    LinkError::Order {
        host: link.host().to_owned(),
        why: format!("unexpected answer {reply:?}"),
    }
}

/// How parties are shown, in the order of indices.
pub(crate) fn statuses(parties: &[Party]) -> Vec<PartyStatus> {
    parties
        .iter()
        .enumerate()
        .map(|(index, party)| party.status(index))
        .collect()
}
