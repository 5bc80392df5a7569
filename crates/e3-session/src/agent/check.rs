//! What an agent does not let itself be told.

use super::knowledge::{Knowledge, unusable};
use crate::{
    agreement,
    message::{Refusal, RefusalCode},
    types::{
        Agreement, Command, Contact, Difference, Digest, InputSource, Kind, Offer, PartyIndex,
        Program, Roster, RunId, is_file_name, is_variable,
    },
};

/// A roster must be sound, newer than the last, of this session, and hold this party as it introduced itself.
pub(super) fn roster(known: &Knowledge, roster: &Roster) -> Result<(), Refusal> {
    roster
        .check()
        .map_err(|error| mismatch(error.to_string()))?;
    if known.session() != Some(roster.session) {
        return Err(mismatch(format!(
            "the roster belongs to session {}, which is not this one",
            roster.session
        )));
    }
    if let Some(last) = known.roster()
        && roster.epoch <= last.epoch
    {
        return Err(mismatch(format!(
            "the roster has epoch {}, but epoch {} is admitted already: expected a greater one",
            roster.epoch, last.epoch
        )));
    }
    let name = known.name().unwrap_or_default();
    let own = roster.index_of(name).and_then(|index| roster.get(index));
    match own {
        None => Err(mismatch(format!(
            "the roster has no party named {name:?}, as this one is"
        ))),
        Some(entry) if Some(&entry.introduction) != known.introduction() => Err(mismatch(format!(
            "the roster's introduction of {name:?} is not the one that this agent gave: \
                 it was changed on the way, or is of another session"
        ))),
        Some(_) => Ok(()),
    }
}

/// Contact records must be of parties of the roster, one each.
pub(super) fn contacts(known: &Knowledge, contacts: &[Contact]) -> Result<(), Refusal> {
    for (position, contact) in contacts.iter().enumerate() {
        let party = contact.party;
        if known
            .roster()
            .and_then(|roster| roster.get(party))
            .is_none()
        {
            return Err(mismatch(format!(
                "a contact record names party {party}, which is not in the roster"
            )));
        }
        if contacts
            .iter()
            .skip(position + 1)
            .any(|other| other.party == party)
        {
            return Err(mismatch(format!(
                "party {party} has two contact records: expected one"
            )));
        }
    }
    Ok(())
}

/// A run's number is used once.
pub(super) fn run_is_new(last: Option<RunId>, run: RunId) -> Result<(), Refusal> {
    match last {
        Some(last) if run <= last => Err(mismatch(format!(
            "run {run} comes after run {last}: expected a greater number"
        ))),
        _ => Ok(()),
    }
}

/// A program must be able to stand in a folder of its own.
pub(super) fn program(program: &Program, input: &InputSource) -> Result<(), Refusal> {
    program
        .manifest
        .check()
        .map_err(|error| unusable(error.to_string()))?;
    let travels = match &program.kind {
        Kind::Mpyc { .. } => Some(program.entry.as_str()),
        Kind::Command(_) => program.entry.strip_prefix("./"),
        Kind::Probe => None,
    };
    if let Some(entry) = travels
        && !program.manifest.contains(entry)
    {
        return Err(unusable(format!(
            "the program starts {entry:?}, which is not among its {} files",
            program.manifest.files.len()
        )));
    }
    if let Kind::Command(Command { environment, .. }) = &program.kind
        && let Some((name, _)) = environment.iter().find(|(name, _)| !is_variable(name))
    {
        return Err(unusable(format!(
            "the program's environment has a variable {name:?}: expected a letter or underscore, then letters, \
             digits and underscores, and not E3_ first"
        )));
    }
    if let InputSource::Sent { name, .. } = input
        && !is_file_name(name)
    {
        return Err(unusable(format!(
            "the private input is to be kept as {name:?}, which is no plain file name"
        )));
    }
    Ok(())
}

/// Only what is staged can be agreed.
pub(super) fn run_is_staged(staged: Option<RunId>, run: RunId) -> Result<(), Refusal> {
    match staged {
        Some(staged) if staged != run => Err(mismatch(format!(
            "run {run} is to be agreed, but run {staged} is staged"
        ))),
        _ => Ok(()),
    }
}

/// All parties must have offered, this one what it did offer, and all the same.
pub(super) fn offers(known: &Knowledge, offers: &[Offer]) -> Result<Agreement, Refusal> {
    let expected = known.roster().map_or(0, |roster| roster.parties.len());
    if offers.len() != expected {
        return Err(mismatch(format!(
            "{} offers are shown, expected one of each of {expected} parties",
            offers.len()
        )));
    }
    for (position, offer) in offers.iter().enumerate() {
        if usize::from(offer.party.0) != position {
            return Err(mismatch(format!(
                "the offer of party {} stands at place {position}: expected the order of indices",
                offer.party
            )));
        }
    }
    let own = known.me().and_then(|me| offers.get(usize::from(me.0)));
    if own != known.offer() {
        return Err(mismatch(
            "this party's own offer is not shown as it was made: it was changed on the way",
        ));
    }
    agreement::compare(offers).map_err(|differences| disagreement(&differences))
}

/// What is run is what was confirmed.
pub(super) fn agreement(confirmed: Option<&Agreement>, hash: Digest) -> Result<(), Refusal> {
    let confirmed = confirmed.map(Agreement::hash);
    if confirmed == Some(hash) {
        return Ok(());
    }
    Err(mismatch(format!(
        "agreement {hash} is to be run, which is not the one that this party confirmed"
    )))
}

/// Messages and pings go to other parties of the roster.
pub(super) fn peer(known: &Knowledge, party: PartyIndex) -> Result<(), Refusal> {
    if known.is_peer(party) {
        return Ok(());
    }
    Err(mismatch(format!(
        "party {party} is no other party of the admitted roster"
    )))
}

fn disagreement(differences: &[Difference]) -> Refusal {
    let listed: Vec<_> = differences.iter().map(ToString::to_string).collect();
    Refusal {
        code: RefusalCode::Disagreement,
        message: format!("the parties would not run the same: {}", listed.join("; ")),
        differences: differences.to_vec(),
    }
}

fn mismatch(message: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::Mismatch, message)
}
