//! Parties are put out of an environment that is up.
//!
//! The others take a roster of a later epoch that leaves them out; the services are told, and every overlay forgets them.
//! Nothing waits for those that are put out, as their machines may be somebody else's by now: they are told to leave, and
//! where they do not, what runs on their hosts is ended, as far as that is in the holder's hands.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use e3_overlay::Promise;
use e3_session::message::Request;
use e3_session::types::PlaceKind;
use e3_spec::{Program, ProgramKind};
use futures::future::join_all;
use tokio::{task::spawn_blocking, time::timeout};

use super::{
    admit::{Admitted, admit_fewer},
    connect::{connect, refuse_unreachable},
    link::LinkError,
    party::{Party, statuses},
    tell::Tell,
    up::Up,
};
use crate::wire::{Event, Fault, Parted, RemovedRecord, RunAsk, Step, Tip, rounded};

/// How long an agent that is put out may take to leave and to end, before its host is emptied.
const PARTING: Duration = Duration::from_secs(3);
/// How long those that stay may take to answer what a command has asked that is gone.
const REST: Duration = Duration::from_secs(10);
/// Fewer do not compute together.
const FEWEST: usize = 2;

/// Places of parties, by index.
pub(crate) type Places = BTreeSet<usize>;

/// Who is meant by these names or indices, if they can be put out.
///
/// # Errors
/// The user's: there is no such party, or the others could not go on without it.
pub(crate) fn choose(up: &Up, names: &[String]) -> Result<Places, Fault> {
    let leaving = names
        .iter()
        .map(|name| Ok(usize::from(up.party(name)?.0.0)))
        .collect::<Result<Places, Fault>>()?;
    let all: Vec<String> = self::names(up, &leaving).map(|(name, _)| name).collect();
    let all = all.join(", ");
    let overlay = up.overlay.name();
    let down = format!(
        "`e3 down` ends the environment for all parties at once; take {all} out of e3.toml before it comes up again"
    );
    let properties = up.overlay.properties();
    if let Promise::No(why) | Promise::InNamespace(why) = properties.changes_roster {
        return Err(Fault::user(format!(
            "overlay `{overlay}` cannot put anybody out while it is up: {why}"
        ))
        .hint(down));
    }
    if let Promise::No(why) = properties.excludes_removed {
        return Err(Fault::user(format!(
            "overlay `{overlay}` does not keep out whom a later roster leaves out: {why}"
        ))
        .hint(down));
    }
    for (name, _) in self::names(up, &leaving) {
        if let Some(service) = up.services.iter().find(|service| service.host == name) {
            return Err(Fault::user(format!(
                "service {} runs on {name}, and the others need it",
                service.name
            ))
            .hint(down));
        }
    }
    if up.parties.len() - leaving.len() < FEWEST {
        return Err(Fault::user(format!(
            "without {all} there are fewer than {FEWEST} parties left in {}",
            up.environment.name
        ))
        .hint(down));
    }
    Ok(leaving)
}

/// The names and DIDs of the parties at these places.
pub(crate) fn names<'a>(
    up: &'a Up,
    places: &'a Places,
) -> impl Iterator<Item = (String, String)> + 'a {
    let parties = places.iter().filter_map(|place| up.parties.get(*place));
    parties.map(|party| (party.host.name.to_string(), party.did.clone()))
}

/// Refuses a run whose threshold needs more parties than are left.
pub(crate) fn check_threshold(up: &Up, ask: &RunAsk) -> Result<(), Fault> {
    let Some((threshold, fits)) = threshold(ask.environment.program.as_ref(), up.parties.len())
    else {
        return Ok(());
    };
    Err(Fault::user(format!(
        "a threshold of {threshold} needs at least {} parties, and {} are left of {}: {} put out",
        2 * threshold + 1,
        up.parties.len(),
        up.environment.name,
        up.removed.join(", ")
    ))
    .hint(format!(
        "`--threshold {fits}` is the largest that they can have"
    )))
}

/// The program's threshold, and the largest that so many parties can have, if that is less.
fn threshold(program: Option<&Program>, parties: usize) -> Option<(usize, usize)> {
    let ProgramKind::Mpyc(mpyc) = &program?.kind else {
        return None;
    };
    let (threshold, fits) = (
        usize::from(mpyc.threshold.get()),
        parties.saturating_sub(1) / 2,
    );
    (threshold > fits).then_some((threshold, fits))
}

/// Puts them out, as somebody has `begun` to do. With the environment as it is then, unless those that stay do not hold the same roster.
pub(crate) async fn remove(
    up: &Up,
    leaving: &Places,
    (begun, tell): (Instant, &Tell),
) -> (Option<Up>, Result<RemovedRecord, Fault>) {
    let (mut gone, mut staying) = (Vec::new(), Vec::new());
    for (place, party) in up.parties.iter().cloned().enumerate() {
        let side = if leaving.contains(&place) {
            &mut gone
        } else {
            &mut staying
        };
        side.push(party);
    }

    let admitted = tell.step(Step::Admit, admit(up, &mut staying, tell)).await;
    // Those that stay know by now that nobody is missing who leaves.
    let parting = join_all(gone.iter().map(part));
    let admitted = match admitted {
        Ok(admitted) => admitted,
        Err(fault) => {
            parting.await;
            return (None, Err(not_admitted(fault, &gone)));
        }
    };
    up.routes.taken();
    let (dial, ports) = up.dialling;
    let connecting = async {
        let links = tell
            .step(Step::Connect, connect(&mut staying, dial, ports))
            .await;
        (links, begun.elapsed())
    };
    let ((links, forgotten), parted) = tokio::join!(connecting, parting);

    let mut now = Up {
        parties: staying,
        admitted,
        ..up.clone()
    };
    let names = gone.iter().map(|party| party.host.name.to_string());
    now.removed.extend(names);
    let done = match links {
        Ok(links) => {
            if let Err(unreached) = refuse_unreachable(&links, &now.parties, &*now.overlay) {
                tell.notice(Tip::Warning, unreached.message);
            }
            now.links = links;
            warn(&now, tell);
            Ok(record(&now, &gone, parted, forgotten))
        }
        Err(error) => {
            now.links = Vec::new();
            Err(Fault::user(format!(
                "{} left the roster, but the others do not connect without: {error}",
                now.removed.join(", ")
            ))
            .hint("`e3 down` ends the environment for all parties at once"))
        }
    };
    (Some(now), done)
}

/// All that stay hold the same roster, and the services serve nobody else.
async fn admit(up: &Up, staying: &mut [Party], tell: &Tell) -> Result<Admitted, Fault> {
    // A run that was ended before its programs started may have left a question open.
    join_all(staying.iter().map(|party| party.link.at_rest(REST))).await;
    let admitted = admit_fewer(staying, &up.admitted, up.next_epoch(), tell).await?;
    let links = staying.iter().map(|party| party.link.clone());
    up.routes.admitted(links.collect());
    if let Err(fault) = up.running.admit(&admitted.roster).await {
        // The parties do not need them to keep somebody out.
        let text = format!("the services were not told who is left: {}", fault.message);
        tell.notice(Tip::Warning, text);
    }
    Ok(admitted)
}

/// One that stays did not do what it had to.
fn not_admitted(fault: Fault, gone: &[Party]) -> Fault {
    let names: Vec<_> = gone.iter().map(|party| party.host.name.as_str()).collect();
    let names = names.join(" ");
    Fault {
        message: format!("{names} cannot be put out yet: {}", fault.message),
        ..fault
    }
    .hint(format!(
        "`e3 down` ends the environment for all parties at once; `e3 remove {names} PARTY` also puts out the party that is in the way. No later `e3 up` lets {names} in"
    ))
}

/// Tells a party to leave, and empties its host where it has not done so soon; why it stayed, if it did.
async fn part(party: &Party) -> Option<String> {
    let leaving = async {
        party.link.ask("leave", Request::Leave, PARTING).await?;
        party.link.end().await;
        Ok(())
    };
    let why = match timeout(PARTING, leaving).await {
        Ok(Ok(())) => return None,
        Ok(Err(error)) => LinkError::to_string(&error),
        Err(_) => format!(
            "the agent on host {} did not leave within {} s",
            party.host.name,
            PARTING.as_secs()
        ),
    };
    let machine = Arc::clone(&party.machine);
    match timeout(PARTING, spawn_blocking(move || machine.end_all())).await {
        Ok(Ok(Err(error))) => tracing::warn!("{error}"),
        Ok(Err(error)) => tracing::warn!("{error}"),
        Err(_) => tracing::warn!("host {} is not empty yet", party.host.name),
        Ok(Ok(Ok(()))) => {}
    }
    Some(why)
}

/// What a person should know of the environment as it is now.
fn warn(now: &Up, tell: &Tell) {
    let mut places = now.parties.iter().filter_map(|party| party.runs_in);
    let lacks = |place: PlaceKind| now.overlay.properties().excludes_removed.missing_in(place);
    if let Some(why) = places.find_map(lacks) {
        let text = format!(
            "{} may still reach programs that have no namespace of their own: {why}",
            now.removed.join(", ")
        );
        tell.notice(Tip::Warning, text);
    }
    let program = now.environment.program.as_ref();
    if let Some((threshold, fits)) = threshold(program, now.parties.len()) {
        let text = format!(
            "a threshold of {threshold} needs at least {} parties: runs are refused from now on unless they say `--threshold {fits}`",
            2 * threshold + 1
        );
        tell.notice(Tip::Warning, text);
    }
    tell.event(Event::Parties {
        parties: statuses(&now.parties),
    });
}

/// What has come of it; what went on before is for the caller to say.
fn record(
    now: &Up,
    gone: &[Party],
    stayed: Vec<Option<String>>,
    forgotten: Duration,
) -> RemovedRecord {
    let gone = gone.iter().zip(stayed);
    RemovedRecord {
        environment: now.environment.name.to_string(),
        removed: gone
            .map(|(party, stayed)| Parted {
                host: party.host.name.to_string(),
                did: party.did.clone(),
                stayed,
            })
            .collect(),
        ended: None,
        epoch: now.admitted.roster.epoch,
        roster: now.admitted.roster.hash().to_string(),
        words: now.admitted.words.clone(),
        parties: now.statuses(),
        seconds: rounded(forgotten.as_secs_f64()),
    }
}
