//! An environment comes up: hosts, agents, roster, overlay.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use e3_host::Provider;
use e3_overlay::{Overlay, Registry};
use e3_session::{
    message::{Reply, Request, Settings},
    types::{Dial, LinkReport, PartyIndex, Path, Roster, RosterEntry, SessionId},
};
use e3_spec::{Environment, ProgramKind};
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;

use super::{
    check,
    link::{Link, LinkError, Unasked},
    order::arrange,
    party::{AgentError, Party, ask_all, start_agents, unexpected},
    tell::{Tell, now_ms},
};
use crate::{
    state::{LOG, StateFolder},
    wire::{CheckRecord, Event, Fault, HostStatus, PartyStatus, Status, Step, Tip},
};

/// How long an agent may take for what needs no network.
const QUICK: Duration = Duration::from_secs(20);
/// How long an agent that is up may take to say how it is.
const ANSWER: Duration = Duration::from_secs(5);
/// After which a peer that did not answer counts as unreachable, where parties are few.
const REACH: Duration = Duration::from_secs(5);
/// What each pair may take beyond that: a machine that holds many parties connects them one after another.
const REACH_PER_PAIR: Duration = Duration::from_millis(2);
/// The port of programs where no program says otherwise.
const PORT: u16 = 11599;

/// An environment that is up.
pub(crate) struct Up {
    pub(crate) environment: Environment,
    pub(crate) session: SessionId,
    pub(crate) since_ms: u64,
    pub(crate) provider: Arc<dyn Provider>,
    /// In the order of indices.
    pub(crate) parties: Vec<Party>,
    pub(crate) roster: Roster,
    /// As they were when the overlay was joined; one a directed pair that a program needs.
    pub(crate) links: Vec<LinkReport>,
    pub(crate) check: Option<CheckRecord>,
    pub(crate) port: u16,
    /// Where this process and the agents log.
    pub(crate) log: PathBuf,
}

/// Brings the environment up on hosts that exist.
pub(crate) async fn bring_up(
    environment: Environment,
    provider: Arc<dyn Provider>,
    folder: &StateFolder,
    tell: &Tell,
    unasked: &mpsc::UnboundedSender<Unasked>,
    links_for_routing: &OnceLock<Vec<Link>>,
) -> Result<Up, Fault> {
    let registry = Registry::builtin();
    let overlay = registry.make(environment.overlay.as_str()).ok_or_else(|| {
        Fault::user(format!("this e3 has no overlay `{}`", environment.overlay)).hint(format!(
            "it has {}",
            registry.names().collect::<Vec<_>>().join(", ")
        ))
    })?;
    let session = fresh_session()?;
    let (dial, port) = dialling(&environment);

    let parties = tell
        .step(
            Step::Agents,
            start_agents(&environment.hosts, &*provider, session, folder, unasked),
        )
        .await
        .map_err(Fault::from)?;
    let (parties, reason) = arrange(&environment, &*overlay, dial, parties)?;
    let (parties, roster) = tell
        .step(Step::Admit, admit(parties, &environment, session))
        .await
        .map_err(Fault::from)?;
    tell_of_deaths(&parties);
    // Set once: an environment comes up once. Agents may write to one another from now on.
    let _ = links_for_routing.set(parties.iter().map(|party| party.link.clone()).collect());
    tell.event(Event::Parties {
        parties: statuses(&parties),
    });
    if let Some(reason) = reason {
        tell.notice(Tip::Note, reason);
    }

    let (check, links) = tokio::join!(
        tell.step(Step::Check, check::run(Arc::clone(&provider))),
        tell.step(Step::Connect, connect(&parties, dial, port)),
    );
    let check = check?;
    if let Some(check) = &check {
        tell.event(Event::Checked(check.clone()));
    }
    let links = links.map_err(Fault::from)?;
    tell.event(Event::Links {
        links: links.clone(),
    });
    refuse_unreachable(&links, &parties, &*overlay)?;
    Ok(Up {
        environment,
        session,
        since_ms: now_ms(),
        provider,
        parties,
        roster,
        links,
        check,
        port,
        log: folder.file(LOG),
    })
}

impl Up {
    /// How the parties are shown, in the order of indices.
    pub(crate) fn statuses(&self) -> Vec<PartyStatus> {
        statuses(&self.parties)
    }

    /// The state of everything: agents as they answer now, links as connected.
    pub(crate) async fn status(&self, running: Option<String>) -> Status {
        let answers = self
            .parties
            .iter()
            .map(|party| party.link.ask("links", Request::Links, ANSWER));
        let answers = futures::future::join_all(answers).await;
        let mut links = Vec::new();
        let mut hosts = Vec::with_capacity(self.parties.len());
        for ((index, party), answer) in self.parties.iter().enumerate().zip(answers) {
            let silent = match answer {
                Ok(Reply::Links(seen)) => {
                    links.extend(seen);
                    None
                }
                Ok(other) => Some(unexpected(&party.link, &other).to_string()),
                Err(error) => Some(error.to_string()),
            };
            hosts.push(HostStatus {
                party: party.status(index),
                alive: party.link.gone().is_none(),
                silent,
            });
        }
        Status {
            environment: self.environment.name.to_string(),
            since_ms: self.since_ms,
            session: self.session.to_string(),
            overlay: self.environment.overlay.to_string(),
            identity: self.environment.identity.to_string(),
            roster: self.roster.hash().to_string(),
            hosts,
            links,
            running,
            check: self.check.clone(),
        }
    }

    /// The party on a host of that name, or of that index.
    pub(crate) fn party(&self, host: &str) -> Result<(PartyIndex, &Party), Fault> {
        let by_index = || host.parse().ok().map(PartyIndex);
        let index = self.roster.index_of(host).or_else(by_index);
        let found = index.and_then(|index| Some((index, self.parties.get(usize::from(index.0))?)));
        found.ok_or_else(|| {
            let names: Vec<_> = self
                .parties
                .iter()
                .map(|party| party.host.name.as_str())
                .collect();
            Fault::user(format!(
                "there is no host `{host}` in {}",
                self.environment.name
            ))
            .hint(format!("its hosts are {}", names.join(", ")))
        })
    }

    /// Leaves the overlay everywhere and ends whatever still runs on the hosts.
    pub(crate) async fn leave(&self) {
        // An agent that has died or hangs is ended with its host.
        let _ = ask_all(&self.parties, "leave", Duration::from_secs(10), |_, _| {
            Request::Leave
        })
        .await;
        for party in &self.parties {
            if let Err(error) = party.machine.end_all() {
                tracing::warn!("{error}");
            }
        }
    }
}

/// Which connections the environment's program will open, and on which port it listens.
fn dialling(environment: &Environment) -> (Dial, u16) {
    match environment.program.as_ref().map(|program| &program.kind) {
        Some(ProgramKind::Mpyc(mpyc)) => (Dial::LowerToHigher, mpyc.port.get()),
        None => (Dial::LowerToHigher, PORT),
    }
}

fn fresh_session() -> Result<SessionId, Fault> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Fault::ours(format!("no randomness from the system: {error}")))?;
    Ok(SessionId(bytes))
}

fn statuses(parties: &[Party]) -> Vec<PartyStatus> {
    parties
        .iter()
        .enumerate()
        .map(|(index, party)| party.status(index))
        .collect()
}

/// From now on, when an agent dies, the others are told which party's it was.
fn tell_of_deaths(parties: &[Party]) {
    for (index, party) in parties.iter().enumerate() {
        let (end, link) = (party.link.end(), party.link.clone());
        let others: Vec<Link> = parties
            .iter()
            .filter(|other| other.host.name != party.host.name)
            .map(|other| other.link.clone())
            .collect();
        tokio::spawn(async move {
            end.await;
            let text = format!("party {index}: {}", link.ended());
            for other in others {
                let request = Request::Tell { text: text.clone() };
                // Where all agents leave, there is nobody left to be told.
                let _ = other.ask("tell", request, QUICK).await;
            }
        });
    }
}

/// From *prepare* to *admit*.
async fn admit(
    mut parties: Vec<Party>,
    environment: &Environment,
    session: SessionId,
) -> Result<(Vec<Party>, Roster), LinkError> {
    let settings = Settings {
        overlay: environment.overlay.to_string(),
        identity: environment.identity.to_string(),
        services: Vec::new(),
    };
    ask_all(&parties, "prepare", QUICK, |_, _| {
        Request::Prepare(settings.clone())
    })
    .await?;
    let introduced = ask_all(&parties, "introduce", QUICK, |_, _| Request::Introduce).await?;
    let mut entries = Vec::with_capacity(parties.len());
    for (party, reply) in parties.iter_mut().zip(introduced) {
        let Reply::Introduced { introduction } = reply else {
            return Err(unexpected(&party.link, &reply));
        };
        party.did = introduction.did.to_string();
        entries.push(RosterEntry {
            name: party.host.name.to_string(),
            introduction,
        });
    }
    ask_all(&parties, "endorse", QUICK, |_, _| Request::Endorse {
        endorsement: ByteBuf::new(),
    })
    .await?;
    let roster = Roster::build(session, 1, entries).map_err(|error| LinkError::Order {
        host: "all".to_owned(),
        why: error.to_string(),
    })?;
    ask_all(&parties, "admit", QUICK, |_, _| Request::Admit {
        roster: roster.clone(),
    })
    .await?;
    Ok((parties, roster))
}

async fn connect(parties: &[Party], dial: Dial, port: u16) -> Result<Vec<LinkReport>, LinkError> {
    let contacts: Vec<_> = parties
        .iter()
        .enumerate()
        .map(|(index, party)| party.contact(index))
        .collect();
    let pairs = parties.len() * parties.len().saturating_sub(1) / 2;
    let reach = REACH + REACH_PER_PAIR * u32::try_from(pairs).unwrap_or(u32::MAX);
    let timeout_ms = u64::try_from(reach.as_millis()).unwrap_or(u64::MAX);
    let request = |_: usize, _: &Party| Request::Connect {
        contacts: contacts.clone(),
        dial,
        port,
        timeout_ms,
    };
    let mut links = Vec::new();
    for (party, reply) in parties
        .iter()
        .zip(ask_all(parties, "connect", reach + QUICK, request).await?)
    {
        match reply {
            Reply::Connected { links: seen, .. } => links.extend(seen),
            other => return Err(unexpected(&party.link, &other)),
        }
    }
    Ok(links)
}

fn refuse_unreachable(
    links: &[LinkReport],
    parties: &[Party],
    overlay: &dyn Overlay,
) -> Result<(), Fault> {
    let name = |index: PartyIndex| {
        parties
            .get(usize::from(index.0))
            .map_or("?", |party| party.host.name.as_str())
    };
    let unreached: Vec<String> = links
        .iter()
        .filter_map(|link| match &link.path {
            Path::Unreachable { reason } => Some(format!(
                "  {} – {}: {reason}",
                name(link.from),
                name(link.to)
            )),
            _ => None,
        })
        .collect();
    if unreached.is_empty() {
        return Ok(());
    }
    let message = format!(
        "overlay `{}` does not connect these parties:\n{}",
        overlay.name(),
        unreached.join("\n")
    );
    Err(Fault::user(message).hint(
        "`e3 doctor` looks for what is in the way; an overlay that traverses NATs may reach them",
    ))
}

impl From<LinkError> for Fault {
    fn from(error: LinkError) -> Self {
        let message = error.to_string();
        match error {
            LinkError::Refused { .. } | LinkError::Gone { .. } => Fault::user(message),
            LinkError::Late { .. } => Fault::user(message)
                .hint("the machine may be too busy: see its load, and try again"),
            LinkError::Order { .. } => Fault::ours(message),
        }
    }
}

impl From<AgentError> for Fault {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::Host(error) => {
                Fault::user(error.to_string()).hint("`e3 doctor` says what this machine lacks")
            }
            AgentError::Link(error) => error.into(),
        }
    }
}
