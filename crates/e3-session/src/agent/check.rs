//! What an agent does not let itself be told.

use e3_identity::Signature;

use super::knowledge::{Admitted, Knowledge};
use crate::{
    agreement,
    evidence::EvidenceError,
    message::{Refusal, RefusalCode},
    types::{
        Admission, Agreement, Command, Contact, Digest, InputSource, Kind, Nonce, Offer,
        PartyIndex, Program, Roster, RunId, Statement, is_file_name, is_variable,
    },
};

/// A roster must be sound, newer than the last, of this session, and hold this party as it introduced itself and was
/// endorsed. Gives this party's place.
pub(super) fn roster(known: &Knowledge, roster: &Roster) -> Result<PartyIndex, Refusal> {
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
    let own = roster
        .index_of(name)
        .and_then(|index| Some((index, roster.get(index)?)));
    match own {
        None => Err(mismatch(format!(
            "the roster has no party named {name:?}, as this one is"
        ))),
        Some((_, entry)) if Some(&entry.introduction) != known.introduction() => {
            Err(mismatch(format!(
                "the roster's introduction of {name:?} is not the one that this agent gave: \
                 it was changed on the way, or is of another session"
            )))
        }
        Some((_, entry)) if Some(&entry.endorsement) != known.endorsement() => {
            Err(mismatch(format!(
                "the roster's endorsement of {name:?} is not the one that this agent was given last"
            )))
        }
        Some((index, _)) => Ok(index),
    }
}

/// All parties must have taken the same roster, this one as it did.
pub(super) fn admissions(known: Option<&Admitted>, shown: &[Admission]) -> Result<(), Refusal> {
    let Some(known) = known else { return Ok(()) };
    known.verifier().admissions(shown).map_err(untrusted)?;
    if shown.get(usize::from(known.me.0)) == Some(&known.own) {
        return Ok(());
    }
    Err(changed(known, "admission"))
}

/// All nonces must be those that the parties have committed themselves to.
pub(super) fn nonces(known: Option<&Admitted>, shown: &[Nonce]) -> Result<(), Refusal> {
    let Some(known) = known else { return Ok(()) };
    let verifier = known.verifier();
    verifier.nonces(&known.admissions, shown).map_err(untrusted)
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
                "party {} has two contact records: expected one",
                name(known, party)
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
                name(known, offer.party)
            )));
        }
    }
    let own = known.me().and_then(|me| offers.get(usize::from(me.0)));
    if own != known.offer() {
        return Err(mismatch(
            "this party's own offer is not shown as it was made: it was changed on the way",
        ));
    }
    agreement::compare(offers).map_err(|differences| {
        let listed: Vec<_> = differences
            .iter()
            .map(|difference| difference.by_name(|party| name(known, party)))
            .collect();
        Refusal {
            code: RefusalCode::Disagreement,
            message: format!("the parties would not run the same: {}", listed.join("; ")),
            differences,
        }
    })
}

/// What is run is what was confirmed, and all parties have signed it.
pub(super) fn agreement(
    known: &Knowledge,
    hash: Digest,
    signatures: &[Signature],
) -> Result<(), Refusal> {
    let confirmed = known.agreement.as_ref();
    if confirmed.map(Agreement::hash) != Some(hash) {
        return Err(mismatch(format!(
            "agreement {hash} is to be run, which is not the one that this party confirmed"
        )));
    }
    match (&known.admitted, confirmed) {
        (Some(admitted), Some(agreement)) => admitted
            .verifier()
            .agreement(agreement, signatures)
            .map_err(untrusted),
        _ => Ok(()),
    }
}

/// The statements must be of the run that has ended, this party's among them as it made it.
pub(super) fn statements(known: &Knowledge, shown: &[Statement]) -> Result<(), Refusal> {
    let (Some(admitted), Some(ran)) = (&known.admitted, &known.ran) else {
        return Ok(());
    };
    admitted
        .verifier()
        .statements(ran.agreement, shown)
        .map_err(untrusted)?;
    if shown.contains(&ran.own) {
        return Ok(());
    }
    Err(changed(admitted, "statement"))
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

/// A party's name, for a person.
fn name(known: &Knowledge, party: PartyIndex) -> String {
    let admitted = known.admitted.as_ref();
    admitted.map_or_else(|| party.to_string(), |known| known.roster.name(party))
}

/// What this party made itself is not shown as it was made.
fn changed(known: &Admitted, what: &'static str) -> Refusal {
    let name = known.roster.name(known.me);
    untrusted(EvidenceError::Own { what, name })
}

#[allow(clippy::needless_pass_by_value, reason = "so it fits `map_err`")]
fn untrusted(error: EvidenceError) -> Refusal {
    Refusal::new(RefusalCode::Untrusted, error.to_string())
}

pub(super) fn unusable(message: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::Unusable, message)
}

fn mismatch(message: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::Mismatch, message)
}
