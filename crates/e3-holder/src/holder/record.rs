//! The record of a run: files in its folder, and the document that stands for all of it.

mod signal;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::Path,
    time::Duration,
};

use e3_program::mpyc::hint;
use e3_session::types::{
    Ending, KeptAgreement, KeptOutcome, KeptRoster, LinkReport, Outcome, RunId,
};
use serde::Serialize;

use super::{
    admit::Admitted, declared, follow::Followed, hearsay::shown, machine, pairs, party::Party,
    stage::Agreed, tell::Tell, up::Up, witness::Witnessed,
};
use crate::{
    clock::Moment,
    wire::{
        AgreementRecord, Failure, Fault, OutcomeRecord, PartyRecord, ProbeRecord, RunAsk,
        RunRecord, Tip, rounded,
    },
};

/// How the programs of a run ended.
pub(crate) struct Ended {
    /// First start to last exit.
    pub(crate) elapsed: Duration,
    /// In the order of indices.
    pub(crate) parties: Vec<Followed>,
    pub(crate) failure: Option<Failure>,
    /// What happened to network and machine meanwhile.
    pub(crate) witnessed: Witnessed,
}

/// A run, and its links.
pub(crate) struct Measured {
    pub(crate) ended: Ended,
    pub(crate) links: Vec<LinkReport>,
}

/// Creates the run's folder, if needed, and `events.jsonl` in it: locked as long as it is open, by which others see that
/// the run goes on.
pub(crate) fn create_events(folder: &Path) -> Result<File, Fault> {
    fs::create_dir_all(folder).map_err(unwritable(folder))?;
    let path = folder.join("events.jsonl");
    let file = File::create(&path).map_err(unwritable(&path))?;
    if let Err(error) = file.try_lock() {
        // Nobody who follows the logs can tell then that a run was killed.
        tracing::warn!("cannot lock {}: {error}", path.display());
    }
    Ok(file)
}

/// Writes `roster.json`: who takes part, as all have signed it.
pub(crate) fn write_roster(folder: &Path, admitted: &Admitted) -> Result<(), Fault> {
    write(&folder.join(KeptRoster::FILE), &admitted.kept())
}

/// Writes `agreement.json`: what was agreed, as all have signed it, and every party's offer.
pub(crate) fn write_agreement(folder: &Path, agreed: &Agreed) -> Result<(), Fault> {
    let kept = KeptAgreement {
        schema: KeptAgreement::SCHEMA.to_owned(),
        hash: agreed.agreement.hash(),
        agreement: agreed.agreement.clone(),
        offers: agreed.offers.clone(),
    };
    write(&folder.join(KeptAgreement::FILE), &kept)
}

/// Writes `outcome.json`: how it ended, as each has signed it.
pub(crate) fn write_outcome(folder: &Path, outcome: &KeptOutcome) -> Result<(), Fault> {
    write(&folder.join(KeptOutcome::FILE), outcome)
}

/// Keeps what holder and agents had to say so far, if they said anything. A record without it is still one.
pub(crate) fn keep_log(log: &Path, folder: &Path) {
    if fs::metadata(log).is_ok_and(|found| found.len() > 0)
        && let Err(error) = fs::copy(log, folder.join("holder.log"))
    {
        tracing::warn!("the log cannot be kept: {error}");
    }
}

fn write(path: &Path, document: &impl Serialize) -> Result<(), Fault> {
    let text = serde_json::to_vec_pretty(document).map_err(io::Error::from);
    text.and_then(|text| fs::write(path, text))
        .map_err(unwritable(path))
}

fn unwritable(path: &Path) -> impl Fn(io::Error) -> Fault + '_ {
    move |error| {
        Fault::user(format!(
            "cannot write the run's record {}: {error}",
            path.display()
        ))
    }
}

/// Everything about a run that has ended.
pub(crate) fn of_run(
    up: &Up,
    run: RunId,
    ask: &RunAsk,
    tell: &Tell,
    agreed: &Agreed,
    measured: Measured,
    started: Moment,
) -> RunRecord {
    let Measured { ended, links } = measured;
    let parties: Vec<PartyRecord> = up
        .parties
        .iter()
        .zip(&ended.parties)
        .map(|(party, followed)| party_record(party, followed))
        .collect();
    let terms = &agreed.agreement.terms;
    let began = i64::try_from(ask.began.wall_ms)
        .ok()
        .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let dropped: u64 = ended
        .parties
        .iter()
        .map(|followed| followed.captured.dropped)
        .sum();
    if dropped > 0 {
        let text = format!(
            "{dropped} bytes of what the programs printed were not kept: see the logs' sizes"
        );
        tell.notice(Tip::Warning, text);
    }
    let mut warnings = tell.warnings();
    let distrust = distrust(up, &ended.witnessed);
    warnings.extend(distrust.iter().cloned());
    RunRecord {
        schema: "e3/run/1".to_owned(),
        environment: up.environment.name.to_string(),
        run: run.0,
        session: up.session.to_string(),
        time: began.unwrap_or_default().to_string(),
        overlay: terms.overlay.clone(),
        mode: terms.mode.clone(),
        identity: terms.identity.clone(),
        seed: ask.environment.seed,
        kind: terms.kind.clone(),
        program: declared::name(ask),
        arguments: terms.arguments.clone(),
        threshold: terms.threshold,
        elapsed_s: rounded(ended.elapsed.as_secs_f64()),
        mpc_elapsed_s: parties
            .iter()
            .filter_map(|party| party.mpc_elapsed_s)
            .reduce(f64::max),
        setup_s: started.since(ask.began).as_secs_f64(),
        total_s: None,
        steps: tell.steps(),
        links: pairs::records(&up.parties, &*up.provider, &links),
        outcome: outcome(up, &ended.parties),
        probe: (terms.kind == "probe")
            .then(|| probe(up, &ended.parties))
            .flatten(),
        parties,
        agreement: Some(AgreementRecord {
            hash: agreed.agreement.hash().to_string(),
            roster: terms.roster.to_string(),
            epoch: terms.epoch,
            program: terms.program.to_string(),
            runtime: terms.runtime.clone(),
            words: up.admitted.words.clone(),
        }),
        insecure: up.insecure.clone(),
        check: up.check.clone(),
        trusted: distrust.is_empty(),
        distrust,
        watched: ended.witnessed.watched,
        scenario: ended.witnessed.scenario,
        failure: ended.failure,
        warnings,
        machine: machine::describe(),
        versions: versions(agreed),
    }
}

/// Why times measured in this run cannot be trusted, if so.
fn distrust(up: &Up, witnessed: &Witnessed) -> Vec<String> {
    let untrusted = up.check.iter().filter(|check| !check.trusted);
    let mut reasons: Vec<String> = untrusted.map(|check| check.verdict.clone()).collect();
    let watched = witnessed.watched.iter();
    reasons.extend(watched.flat_map(|watched| watched.reasons.iter().cloned()));
    reasons
}

fn versions(agreed: &Agreed) -> BTreeMap<String, String> {
    let mut versions = BTreeMap::from([
        ("e3".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ("runtime".to_owned(), agreed.agreement.terms.runtime.clone()),
    ]);
    let language = agreed
        .offers
        .first()
        .map(|offer| offer.informed.language.clone());
    versions.extend(language.map(|language| ("language".to_owned(), language)));
    versions
}

fn party_record(party: &Party, followed: &Followed) -> PartyRecord {
    let outcome: Option<&Outcome> = followed.end.as_ref().ok();
    let place = party.place();
    PartyRecord {
        index: u16::try_from(followed.index).unwrap_or(u16::MAX),
        host: party.host.name.to_string(),
        region: place.region.clone(),
        nat: place.nat.clone(),
        did: party.did.clone(),
        place: party.runs_in,
        exit: outcome.and_then(|outcome| match outcome.ending {
            Ending::Exited(code) => Some(code),
            _ => None,
        }),
        ending: outcome.map(|outcome| outcome.ending.clone()),
        elapsed_s: outcome.map(|outcome| rounded(outcome.elapsed_s)),
        mpc_elapsed_s: outcome.and_then(|outcome| outcome.runtime_elapsed_s),
        bytes_sent: outcome.and_then(|outcome| outcome.bytes_sent),
        cpu_s: outcome.map(|outcome| rounded(outcome.cpu_s)),
        peak_memory: outcome.map(|outcome| outcome.peak_memory),
        agent_cpu_s: outcome.map(|outcome| rounded(outcome.agent_cpu_s)),
        agent_memory: outcome.map(|outcome| outcome.agent_memory),
        kept: outcome.and_then(|outcome| outcome.kept.clone()),
    }
}

/// What the parties of a probe have found, if all of them have.
fn probe(up: &Up, ended: &[Followed]) -> Option<ProbeRecord> {
    let parties = up.parties.iter().zip(ended);
    ProbeRecord::read(
        parties.map(|(party, followed)| (party.host.name.as_str(), &*followed.captured.text)),
    )
}

fn outcome(up: &Up, ended: &[Followed]) -> OutcomeRecord {
    let Some(first) = ended.first() else {
        return OutcomeRecord::None;
    };
    if ended
        .iter()
        .all(|followed| followed.captured.text.is_empty())
    {
        return OutcomeRecord::None;
    }
    if ended
        .iter()
        .all(|followed| followed.captured.hash == first.captured.hash)
    {
        return OutcomeRecord::Same(first.captured.text.clone());
    }
    let by_host = up.parties.iter().zip(ended);
    OutcomeRecord::Differs(
        by_host
            .map(|(party, followed)| (party.host.name.to_string(), followed.captured.text.clone()))
            .collect(),
    )
}

/// What to say of a party that did not end well; `None` if it did.
pub(crate) fn failure(up: &Up, ask: &RunAsk, followed: &Followed) -> Option<Failure> {
    let party = up.parties.get(followed.index)?;
    let host = party.host.name.to_string();
    let log = ask.record.join(format!("party-{}.log", followed.index));
    let timeout = ask
        .environment
        .program
        .as_ref()
        .map_or(0, |program| Duration::from(program.timeout).as_secs());
    let (message, hint, exit) = match &followed.end {
        Ok(outcome) => match &outcome.ending {
            Ending::Exited(0) => return None,
            Ending::Exited(code) => (
                format!("its program exited with code {code}"),
                declared::logs(ask).then(|| hint(&followed.captured.last)).flatten()
                    .unwrap_or_else(|| format!("everything that it printed is in {}", log.display())),
                u8::try_from(code & 0xff).unwrap_or(1).max(1),
            ),
            Ending::Signalled(signal) => (
                format!("its program was ended by signal {signal}"),
                signal::meaning(*signal),
                u8::try_from(128 + (signal & 0x7f)).unwrap_or(1),
            ),
            Ending::TimedOut => (
                format!("its program did not end within {timeout} s and was stopped"),
                "allow more time by `program.timeout` in e3.toml or `--set program.timeout=\"1 h\"`".to_owned(),
                1,
            ),
            Ending::Cancelled => (
                "its program was stopped".to_owned(),
                "nothing else failed before it: somebody asked for the end".to_owned(),
                130,
            ),
            Ending::Severed(why) => (
                format!("its agent has stopped its program: {}", shown(why)),
                "what the parties said before may have been heard by others; `e3 down`, then run again, joins the overlay anew"
                    .to_owned(),
                1,
            ),
            Ending::NotStarted(why) => {
                (format!("its program could not be started: {why}"), "`e3 check` looks at what a program needs".to_owned(), 1)
            }
        },
        Err(why) => (
            format!("{why}; the other parties were told and stopped"),
            "`e3 down`, then run again, starts all agents anew".to_owned(),
            1,
        ),
    };
    Some(Failure {
        party: u16::try_from(followed.index).ok(),
        host: Some(host),
        message,
        last_lines: followed.captured.last.clone(),
        hint: Some(hint),
        exit,
    })
}

/// The failure of a run in which an agent says nothing although its program's time is over.
pub(crate) fn silent(index: usize, party: &Party) -> Failure {
    Failure {
        party: u16::try_from(index).ok(),
        host: Some(party.host.name.to_string()),
        message: format!(
            "the agent on host {} does not answer: its program's time is over, and nothing was heard of its end",
            party.host.name
        ),
        last_lines: Vec::new(),
        hint: Some("`e3 down`, then run again, starts all agents anew".to_owned()),
        exit: 2,
    }
}
