//! Agents are started on hosts and greeted.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use e3_host::{Host as Machine, HostError, Provider};
use e3_session::{
    message::{PROTOCOL, Reply, Request},
    types::{HostFacts, SessionId},
};
use e3_spec::Host;
use futures::future::try_join_all;
use tokio::{
    sync::{mpsc, watch},
    task::spawn_blocking,
};

use super::{
    link::{Link, LinkError, Unasked},
    party::{Party, unexpected},
};
use crate::state::{StateFolder, sweep::clear_host};

/// How long an agent may take to say hello: its host may be busy with many others.
const HELLO: Duration = Duration::from_secs(20);

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

/// What every agent of an environment starts with.
#[derive(Clone)]
pub(crate) struct Starter {
    program: PathBuf,
    session: SessionId,
    folder: StateFolder,
    unasked: mpsc::UnboundedSender<Unasked>,
    /// Whether everything ends, so that nothing needs to be cleared host by host.
    leaving: Arc<AtomicBool>,
    /// By host, whether what its last agent has left is cleared.
    cleared: Arc<Mutex<BTreeMap<String, watch::Receiver<bool>>>>,
}

/// An agent that has been started, and has not said anything yet.
pub(crate) struct Fresh {
    machine: Arc<dyn Machine>,
    link: Link,
}

impl Starter {
    /// For one session; `unasked` is where what agents say unasked goes.
    pub(crate) fn new(
        session: SessionId,
        folder: &StateFolder,
        unasked: mpsc::UnboundedSender<Unasked>,
    ) -> Result<Self, AgentError> {
        let program = std::env::current_exe().map_err(|source| HostError::Start {
            host: "this machine".to_owned(),
            program: "e3".to_owned(),
            source,
        })?;
        Ok(Self {
            program,
            session,
            folder: folder.clone(),
            unasked,
            leaving: Arc::default(),
            cleared: Arc::default(),
        })
    }

    /// Starts an agent on a host.
    pub(crate) fn start(&self, machine: Arc<dyn Machine>) -> Result<Fresh, AgentError> {
        let started = machine.start(&self.program, &["agent"])?;
        let link = Link::open(machine.name(), started, self.unasked.clone());
        let files = self.files(machine.name());
        let clearing = Clearing {
            machine: Arc::clone(&machine),
            files,
            leaving: Arc::clone(&self.leaving),
        };
        let (done, cleared) = watch::channel(false);
        let mut all = self.cleared.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(machine.name().to_owned(), cleared);
        let cleared = clearing.after(link.end());
        tokio::spawn(async move {
            cleared.await;
            done.send_replace(true);
        });
        Ok(Fresh { machine, link })
    }

    /// Waits until what a host's last agent has left is cleared, if it had one: what comes next must not be cleared with it.
    pub(crate) async fn cleared(&self, host: &str) {
        let last = {
            let all = self.cleared.lock().unwrap_or_else(PoisonError::into_inner);
            all.get(host).cloned()
        };
        if let Some(mut last) = last {
            // An error means that nobody clears any more.
            let _ = last.wait_for(|cleared| *cleared).await;
        }
    }

    /// Whether everything ends.
    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }

    /// Waits until it has said hello.
    pub(crate) async fn greet(&self, fresh: Fresh) -> Result<(Link, HostFacts), AgentError> {
        let Fresh { machine, link } = fresh;
        let hello = Request::Hello {
            protocol: PROTOCOL,
            session: self.session,
            name: machine.name().to_owned(),
            folder: self.files(machine.name()).to_string_lossy().into_owned(),
        };
        match link.ask("hello", hello, HELLO).await? {
            Reply::Greeting { facts, .. } => Ok((link, facts)),
            other => Err(unexpected(&link, &other).into()),
        }
    }

    /// From now on agents end because everything does: the guardian removes all files, and the end of the first
    /// process inside all processes, which is far quicker than host by host.
    pub(crate) fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    fn files(&self, host: &str) -> PathBuf {
        self.folder.hosts().join(Path::new(host))
    }
}

/// Starts an agent on every host and greets it.
pub(crate) async fn start_agents(
    hosts: &[Host],
    provider: &dyn Provider,
    starter: &Starter,
) -> Result<Vec<Party>, AgentError> {
    // All are started before any is greeted, so that they come up beside one another.
    let fresh: Vec<(Host, Arc<dyn Machine>, Fresh)> = hosts
        .iter()
        .zip(provider.hosts())
        .map(|(host, machine)| {
            let fresh = starter.start(Arc::clone(&machine))?;
            Ok((host.clone(), machine, fresh))
        })
        .collect::<Result<_, AgentError>>()?;
    let greeted = fresh.into_iter().map(|(host, machine, fresh)| async {
        let (link, facts) = starter.greet(fresh).await?;
        Ok(Party {
            host,
            machine,
            link,
            facts,
            did: String::new(),
            words: String::new(),
            runs_in: None,
        })
    });
    try_join_all(greeted).await
}

/// What is cleared once a host's agent has ended.
struct Clearing {
    machine: Arc<dyn Machine>,
    files: PathBuf,
    leaving: Arc<AtomicBool>,
}

impl Clearing {
    /// Once a host's agent has ended, however it did, ends what else runs there and removes its files: a private input
    /// must not outlive the agent that would have removed it. Who the party is stays, for an agent that takes its place.
    async fn after(self, end: impl Future<Output = ()>) {
        end.await;
        if self.leaving.load(Ordering::Relaxed) {
            return;
        }
        let cleared = spawn_blocking(move || {
            if let Err(error) = self.machine.end_all() {
                tracing::warn!("{error}");
            }
            if let Err(error) = clear_host(&self.files) {
                tracing::warn!("{error}");
            }
        });
        // An error means that the holder itself ends, and its guardian removes everything.
        let _ = cleared.await;
    }
}
