//! An environment comes up: agents, roster, overlay.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicU32},
};

use e3_host::{Provider, ProviderKind};
use e3_overlay::{Overlay, Registry};
use e3_resolver::Network;
use e3_session::{message::Request, types::SessionId};
use e3_spec::Environment;
use tokio::sync::mpsc;

use super::{
    addresses,
    admit::{Uses, admit},
    agents::{Starter, start_agents},
    check,
    connect::{connect, refuse_unreachable},
    declared,
    link::Unasked,
    on_demand::OnDemand,
    order::arrange,
    party::{Party, QUICK, statuses},
    routes::Routes,
    services::{self, Running, Settings},
    tell::Tell,
    trust::Trust,
    up::Up,
};
use crate::{
    beforehand,
    clock::now_ms,
    exposure,
    launch::Consent,
    removed::RemovedParties,
    state::{LOG, StateFolder},
    wire::{Event, Fault, InsecureRecord, Step, Tip},
};

/// The epoch of an environment's first roster.
const FIRST: u32 = 1;

/// Brings the environment up on hosts that exist.
pub(crate) async fn bring_up(
    environment: Environment,
    Allowed {
        overlay,
        accept,
        readmit,
        insecure,
    }: Allowed<'_>,
    provider: Arc<dyn Provider>,
    folder: &StateFolder,
    tell: &Tell,
    unasked: &mpsc::UnboundedSender<Unasked>,
    routes: &Routes,
) -> Result<Up, Fault> {
    let mut trust = Trust::begin(&environment, &overlay, folder, accept)?;
    let session = fresh_session()?;
    let starter = Starter::new(session, folder, unasked.clone()).map_err(Fault::from)?;
    let (dial, ports) = declared::dialling(environment.program.as_ref());

    let parties = tell
        .step(
            Step::Agents,
            start_agents(&environment.hosts, &*provider, &starter),
        )
        .await
        .map_err(Fault::from)?;
    let (mut parties, reason) = arrange(&environment, &*overlay, dial, parties)?;
    let addresses = addresses::give(&environment, &*overlay, &parties, folder)?;
    let others = OnDemand::new(Arc::clone(&provider), starter.clone(), BTreeMap::new());
    let others = Arc::new(others);
    let options = declared::options(&environment)?;
    let (running, services) = {
        let settings = Settings {
            overlay: &*overlay,
            options: &options,
            environment: environment.name.as_str(),
        };
        let declared = services::of_hosts(&environment, &*provider);
        let starting = Running::start(settings, declared, &parties, Arc::clone(&others));
        if environment.services.is_empty() {
            starting.await?
        } else {
            tell.step(Step::Services, starting).await?
        }
    };
    let admitted = {
        let (whom, resolver) = ((&environment, session, FIRST), Network::new());
        let uses = Uses {
            options,
            services: &services,
            addresses,
        };
        let admitting = async {
            let admitted = admit(&mut parties, whom, uses, &mut trust, &resolver, tell).await?;
            running.admit(&admitted.roster).await?;
            Ok::<_, Fault>(admitted)
        };
        tell.step(Step::Admit, admitting).await?
    };
    RemovedParties::of(folder)?.forget(readmit)?;
    // Agents may write to one another from now on.
    routes.admitted(parties.iter().map(|party| party.link.clone()).collect());
    tell_of_deaths(&parties, routes);
    tell.event(Event::Parties {
        parties: statuses(&parties),
    });
    if let Some(reason) = reason {
        tell.notice(Tip::Note, reason);
    }

    let (check, links) = tokio::join!(
        tell.step(Step::Check, check::run(Arc::clone(&provider))),
        tell.step(Step::Connect, connect(&mut parties, dial, ports)),
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
        others,
        running,
        provider,
        starter,
        parties,
        admitted,
        services,
        links,
        insecure,
        check,
        dialling: (dial, ports),
        log: folder.file(LOG),
        overlay,
        folder: folder.clone(),
        routes: routes.clone(),
        epochs: Arc::new(AtomicU32::new(FIRST)),
        removed: Vec::new(),
    })
}

/// The overlay, and what the user has allowed of what is refused otherwise.
pub(crate) struct Allowed<'a> {
    /// The overlay that the environment names.
    overlay: Arc<dyn Overlay>,
    /// Hosts whose parties may be others than they were.
    accept: &'a [String],
    /// Parties that take part again although they were put out.
    readmit: &'a [String],
    /// An overlay that protects nothing.
    insecure: Option<InsecureRecord>,
}

/// Looks, before anything is made, whether what the user allows is enough.
pub(crate) fn allowed<'a>(
    environment: &Environment,
    consent: &'a Consent,
    registry: &Registry,
) -> Result<Allowed<'a>, Fault> {
    beforehand::check(environment, &consent.accept)?;
    let overlay = overlay(environment, registry)?;
    let options = declared::options(environment)?;
    let checked = overlay.check(&options);
    checked.map_err(|error| Fault::user(error.to_string()))?;
    let insecure = exposure::check(environment, &*overlay, ProviderKind::of, consent.insecure)?;
    Ok(Allowed {
        overlay,
        accept: &consent.accept,
        readmit: &consent.readmit,
        insecure,
    })
}

pub(crate) fn overlay(
    environment: &Environment,
    registry: &Registry,
) -> Result<Arc<dyn Overlay>, Fault> {
    registry.make(environment.overlay.as_str()).ok_or_else(|| {
        Fault::user(format!("this e3 has no overlay `{}`", environment.overlay)).hint(format!(
            "it has {}",
            registry.names().collect::<Vec<_>>().join(", ")
        ))
    })
}

pub(crate) fn fresh_session() -> Result<SessionId, Fault> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Fault::ours(format!("no randomness from the system: {error}")))?;
    Ok(SessionId(bytes))
}

/// From now on, when an agent dies, the others are told which party's it was.
fn tell_of_deaths(parties: &[Party], routes: &Routes) {
    for party in parties {
        let (end, link, routes) = (party.link.end(), party.link.clone(), routes.clone());
        tokio::spawn(async move {
            end.await;
            // Of one that was put out nobody needs to hear any more.
            let Some(index) = routes.index(link.host()) else {
                return;
            };
            let text = format!("party {index}: {}", link.ended());
            let all = routes.all().into_iter();
            for other in all.filter(|other| other.host() != link.host()) {
                let request = Request::Tell { text: text.clone() };
                // Where all agents leave, there is nobody left to be told.
                let _ = other.ask("tell", request, QUICK).await;
            }
        });
    }
}
