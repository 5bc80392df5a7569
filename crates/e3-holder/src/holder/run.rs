//! One run of a program, from staging to its record.

use std::time::{Duration, Instant};

use e3_session::types::{LinkReport, RunId};
use futures::{StreamExt, stream::FuturesUnordered};
use tokio::time::sleep_until;

use super::{
    capture::Capture,
    conclude::conclude,
    declared,
    follow::{Followed, follow, stop},
    halt::{Halt, Halted, halted},
    hearsay::Hearsay,
    lasting,
    look::{AT_ONCE, look},
    pairs,
    party::Party,
    quiet,
    record::{self, Ended, Measured},
    stage::{Agreed, agree, dead, stage},
    tell::Tell,
    traffic,
    up::Up,
    witness::Witness,
};
use crate::{
    clock::{Moment, now_s},
    wire::{Event, Failure, Fault, RunAsk, RunRecord, Step, Tip},
};

/// How long the others may go on after one party has failed: often they fail by themselves, and say why.
const AFTER_FAILURE: Duration = Duration::from_secs(2);
/// Between the polite signal and the other.
const GRACE: Duration = Duration::from_secs(1);
/// How long after a program's time is over its agent may take to end it and to say so.
const BEYOND: Duration = Duration::from_secs(7);
/// A time that clocks can still add; no program is given more.
const LONGEST: Duration = Duration::from_hours(24 * 3650);
/// How long an agent may take to end a program that it was told to stop.
const LOST: Duration = Duration::from_secs(10);

/// Runs the program on every party and writes the run's record.
pub(crate) async fn run(
    up: &Up,
    run: RunId,
    ask: &RunAsk,
    (tell, hearsay): (Tell, &Hearsay),
    mut heard: Halted,
) -> Result<RunRecord, Fault> {
    let tell = tell.recording(record::create_events(&ask.record)?);
    let _listening = hearsay.tell_to(&tell);
    record::write_roster(&ask.record, &up.admitted)?;
    tell.event(Event::Parties {
        parties: up.statuses(),
    });
    let prepared = tokio::select! {
        prepared = prepare(up, run, ask, &tell) => prepared?,
        halt = halted(&mut heard) => return Err(halt.fault()),
    };
    record::write_agreement(&ask.record, &prepared)?;

    let mut links = up.links.clone();
    let before = links_now(up).await;
    quiet::correct(&mut links, &up.parties, &*up.provider).await;

    let started = Moment::now();
    let ended = tell
        .step(Step::Run, execute(up, ask, &prepared, &tell, &mut heard))
        .await?;
    let outcome = conclude(up, &prepared.agreement, &ended.parties).await;
    // What was computed is told all the same.
    if let Err(fault) = record::write_outcome(&ask.record, &outcome) {
        tell.notice(Tip::Warning, fault.message);
    }
    record::keep_log(&up.log, &ask.record);
    let links = pairs::over_a_run(links, &before, &links_now(up).await);
    let measured = Measured { ended, links };
    let record = record::of_run(up, run, ask, &tell, &prepared, measured, started);
    tell.event(Event::Finished {
        record: Box::new(record.clone()),
    });
    Ok(record)
}

/// The links as all agents see them that answer.
async fn links_now(up: &Up) -> Vec<LinkReport> {
    look(&up.parties, AT_ONCE)
        .await
        .into_iter()
        .flatten()
        .flatten()
        .collect()
}

async fn prepare(up: &Up, run: RunId, ask: &RunAsk, tell: &Tell) -> Result<Agreed, Fault> {
    if let Some(error) = up.parties.iter().find_map(dead) {
        return Err(Fault::from(error).hint("`e3 down`, then `e3 up`, starts all agents anew"));
    }
    let program_s = lasting::time_of(&ask.environment);
    lasting::check(&up.admitted.roster, program_s, now_s())?;
    tell.step(Step::Stage, stage(up, run, ask)).await?;
    let agreed = tell.step(Step::Agree, agree(up, run)).await?;
    for warning in &agreed.warnings {
        tell.notice(Tip::Warning, warning);
    }
    Ok(agreed)
}

/// The programs, first start to last exit.
async fn execute(
    up: &Up,
    ask: &RunAsk,
    agreed: &Agreed,
    tell: &Tell,
    heard: &mut Halted,
) -> Result<Ended, Fault> {
    let agreement = &agreed.agreement;
    let logs = declared::logs(ask);
    let captures: Vec<Capture> = (0..up.parties.len())
        .map(|index| Capture::create(&ask.record, index, logs))
        .collect::<Result<_, _>>()
        .map_err(|error| {
            Fault::user(format!(
                "cannot write the run's logs in {}: {error}",
                ask.record.display()
            ))
        })?;
    let witness = Witness::begin(up, ask)?;
    let begin = Instant::now();
    let mut running: FuturesUnordered<_> = (0..)
        .zip(up.parties.iter().zip(captures))
        .map(|(index, (party, capture))| {
            follow(
                index,
                party,
                agreement,
                capture,
                (tell.clone(), heard.clone()),
            )
        })
        .collect();

    let mut ended: Vec<Followed> = Vec::with_capacity(up.parties.len());
    let mut failure: Option<Failure> = None;
    let mut phase = Patience::ProgramsUntil(Instant::now() + allowed(ask));
    // Asked beside the following, so that a program that floods its output cannot hold up its own end.
    let mut stops = FuturesUnordered::new();
    let beside = async {
        tokio::join!(
            traffic::watch(up, tell),
            pairs::watch(up, tell),
            witness.tell(tell)
        )
    };
    let mut beside = Box::pin(beside);
    while !running.is_empty() {
        tokio::select! {
            Some(followed) = running.next() => {
                if failure.is_none() {
                    failure = of_removal(heard).or_else(|| record::failure(up, ask, &followed));
                    if failure.is_some() {
                        phase = Patience::OthersUntil(Instant::now() + AFTER_FAILURE);
                    }
                }
                ended.push(followed);
            }
            halt = halted(heard), if matches!(phase, Patience::ProgramsUntil(_)) => {
                failure = Some(halt.failure());
                phase = Patience::OthersUntil(Instant::now());
            }
            () = sleep_until(phase.end().into()) => {
                let left = left(up, &ended);
                if failure.is_none() {
                    failure = left.first().map(|(index, party)| record::silent(*index, party));
                }
                if matches!(phase, Patience::LostAt(_)) {
                    end_hosts(&left);
                } else {
                    let because = failure.as_ref().map(ToString::to_string).unwrap_or_default();
                    stops.extend(left.into_iter().map(|(_, party)| stop(party, GRACE, because.clone())));
                }
                phase = Patience::LostAt(Instant::now() + LOST);
            }
            Some(()) = stops.next() => {}
            _ = &mut beside => {}
        }
    }
    drop(beside);
    ended.sort_by_key(|followed| followed.index);
    let last = ended
        .iter()
        .map(|followed| followed.at)
        .max()
        .unwrap_or(begin);
    Ok(Ended {
        elapsed: last - begin,
        parties: ended,
        failure,
        witnessed: witness.end(),
    })
}

/// The failure of a run that ends because a party is put out, whatever else fails in consequence.
fn of_removal(heard: &Halted) -> Option<Failure> {
    let halt = heard.borrow();
    let removal = halt.as_ref().filter(|halt| **halt != Halt::Asked);
    removal.map(Halt::failure)
}

/// How long those that still run may go on.
enum Patience {
    /// Until then their agents should have ended them, or said that they have ended.
    ProgramsUntil(Instant),
    /// They are asked to stop then.
    OthersUntil(Instant),
    /// They were asked; their hosts are emptied then.
    LostAt(Instant),
}

impl Patience {
    fn end(&self) -> Instant {
        match self {
            Self::ProgramsUntil(end) | Self::OthersUntil(end) | Self::LostAt(end) => *end,
        }
    }
}

/// How long a program may run, as far as its agent can be relied on.
fn allowed(ask: &RunAsk) -> Duration {
    let program = ask.environment.program.as_ref();
    let timeout = program.map_or(Duration::ZERO, |program| program.timeout.into());
    timeout.saturating_add(BEYOND).min(LONGEST)
}

/// The parties whose programs still run, by index.
fn left<'a>(up: &'a Up, ended: &[Followed]) -> Vec<(usize, &'a Party)> {
    let has_ended = |index: usize| ended.iter().any(|followed| followed.index == index);
    let parties = up.parties.iter().enumerate();
    parties.filter(|(index, _)| !has_ended(*index)).collect()
}

/// Ends everything on the hosts of agents that do not listen.
fn end_hosts(parties: &[(usize, &Party)]) {
    for error in parties
        .iter()
        .filter_map(|(_, party)| party.machine.end_all().err())
    {
        tracing::warn!("{error}");
    }
}
