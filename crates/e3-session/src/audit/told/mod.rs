//! What the run's record tells a person, against what the parties have signed.

mod form;

pub use form::{ToldAgreement, ToldOutcome, ToldParty, ToldRun};

use super::{AuditError, Evidence, Findings, Known};
use crate::{
    evidence::Verifier,
    types::{Ending, PartyIndex, PlaceKind},
};

/// Says where the record tells something else than what was signed.
pub(super) fn told(evidence: &Evidence, _: &Known, _: &Verifier<'_>, findings: &mut Findings) {
    findings.unchecked.push(
        "figures, times, addresses and logs: nobody signs result.json, events.jsonl, holder.log or party-N.log"
            .to_owned(),
    );
    let Some(told) = &evidence.told else {
        findings
            .unchecked
            .push("what result.json told: it is not there".to_owned());
        return;
    };
    for (what, said, signed) in terms(evidence, told)
        .into_iter()
        .chain(parties(evidence, told, findings))
    {
        findings.same(&said, &signed, || AuditError::Told {
            what: what.clone(),
            said: said.clone(),
            signed: signed.clone(),
        });
    }
    program(evidence, told, findings);
    outcome(evidence, told, findings);
}

/// What came out is what the files hold that were compared with what is signed.
fn outcome(evidence: &Evidence, told: &ToldRun, findings: &mut Findings) {
    let roster = &evidence.roster.roster;
    let parties: Vec<PartyIndex> = (0..).map(PartyIndex).take(roster.parties.len()).collect();
    let text = |party: &PartyIndex| {
        let file = evidence.outputs.get(party);
        file.map_or("", |file| file.beginning.as_str())
    };
    let digest = |party: &PartyIndex| evidence.outputs.get(party).map(|file| file.sha256);
    let first = parties.first();
    let kept = if parties.iter().all(|party| text(party).is_empty()) {
        ToldOutcome::None
    } else if parties
        .iter()
        .all(|party| digest(party) == first.and_then(digest))
    {
        ToldOutcome::Same(first.map_or("", text).to_owned())
    } else {
        let by_name = parties
            .iter()
            .map(|party| (roster.name(*party), text(party).to_owned()));
        ToldOutcome::Differs(by_name.collect())
    };
    if told.outcome != kept {
        findings.wrong.push(AuditError::ToldOutcome);
    }
}

/// The program's name: the file that is run, or the first that a command is given.
fn program(evidence: &Evidence, told: &ToldRun, findings: &mut Findings) {
    let terms = &evidence.agreement.agreement.terms;
    let file = |path: &str| path.rsplit('/').next() == Some(&told.program);
    let named = match terms.kind.as_str() {
        "mpyc" => file(&terms.entry),
        "command" => [&terms.entry]
            .into_iter()
            .chain(&terms.arguments)
            .any(|word| file(word)),
        _ => {
            findings
                .unchecked
                .push(format!("the name of the program, {}", told.program));
            return;
        }
    };
    if !named {
        findings.wrong.push(AuditError::Told {
            what: "the program's name".to_owned(),
            said: told.program.clone(),
            signed: terms.entry.clone(),
        });
    }
}

/// What, as it is told, and as it is signed.
type Pair = (String, String, String);

fn terms(evidence: &Evidence, told: &ToldRun) -> Vec<Pair> {
    let terms = &evidence.agreement.agreement.terms;
    let mut pairs = vec![
        ("session", told.session.clone(), terms.session.to_string()),
        ("run", told.run.to_string(), terms.run.to_string()),
        ("overlay", told.overlay.clone(), terms.overlay.clone()),
        ("mode", told.mode.clone(), terms.mode.clone()),
        ("identity", told.identity.clone(), terms.identity.clone()),
        ("kind", told.kind.clone(), terms.kind.clone()),
        (
            "arguments",
            format!("{:?}", told.arguments),
            format!("{:?}", terms.arguments),
        ),
        (
            "threshold",
            format!("{:?}", told.threshold),
            format!("{:?}", terms.threshold),
        ),
    ];
    let signed = [
        ("words", evidence.roster.words.clone()),
        ("agreement", evidence.agreement.agreement.hash().to_string()),
        ("roster", terms.roster.to_string()),
        ("epoch", terms.epoch.to_string()),
        ("program", terms.program.to_string()),
        ("runtime", terms.runtime.clone()),
    ];
    let said = told.agreement.as_ref().map(|agreement| {
        [
            agreement.words.clone(),
            agreement.hash.clone(),
            agreement.roster.clone(),
            agreement.epoch.to_string(),
            agreement.program.clone(),
            agreement.runtime.clone(),
        ]
    });
    match said {
        Some(said) => {
            let both = said.into_iter().zip(signed);
            pairs.extend(both.map(|(said, (what, signed))| (what, said, signed)));
        }
        None => pairs.push(("agreement", "nothing".to_owned(), terms.roster.to_string())),
    }
    let owned = |(what, said, signed): (&str, String, String)| (what.to_owned(), said, signed);
    pairs.into_iter().map(owned).collect()
}

fn parties(evidence: &Evidence, told: &ToldRun, findings: &mut Findings) -> Vec<Pair> {
    let roster = &evidence.roster.roster;
    let mut pairs = vec![(
        "parties".to_owned(),
        told.parties.len().to_string(),
        roster.parties.len().to_string(),
    )];
    let places = (0..)
        .map(PartyIndex)
        .zip(&told.parties)
        .zip(&roster.parties);
    for ((party, told), entry) in places {
        let what = |what: &str| format!("the {what} of party {}", entry.name);
        pairs.push((what("index"), told.index.to_string(), party.to_string()));
        pairs.push((what("name"), told.host.clone(), entry.name.clone()));
        let did = entry.introduction.did.to_string();
        pairs.push((what("DID"), told.did.clone(), did));
        let mut statements = evidence.outcome.statements.iter();
        let signed = statements.find(|statement| statement.party == party);
        let said = told.ending.as_ref().map_or_else(String::new, shown);
        match (told.place, signed.and_then(|signed| signed.place)) {
            (Some(place), None) => findings.unchecked.push(format!(
                "that the program of party {} ran in {place}, as result.json tells: it has not signed that",
                entry.name
            )),
            (said, signed) => {
                pairs.push((what("place"), in_words(said), in_words(signed)));
            }
        }
        if let Some(signed) = signed {
            pairs.push((what("end"), said, shown(&signed.ending)));
        } else if told.ending.is_some() || told.exit.is_some() {
            let exit = told.exit.map(|code| format!(" (code {code})"));
            findings.unchecked.push(format!(
                "that party {} {said}{}, as result.json tells: it has not signed that",
                entry.name,
                exit.unwrap_or_default()
            ));
            continue;
        }
        let exited = match &told.ending {
            Some(Ending::Exited(code)) => Some(*code),
            _ => None,
        };
        pairs.push((
            what("exit code"),
            format!("{:?}", told.exit),
            format!("{exited:?}"),
        ));
    }
    pairs
}

/// Where a program ran, in words.
fn in_words(place: Option<PlaceKind>) -> String {
    place.map_or_else(|| "nothing".to_owned(), |place| place.to_string())
}

/// How a program ended, in words.
pub(super) fn shown(ending: &Ending) -> String {
    match ending {
        Ending::Exited(code) => format!("exited with {code}"),
        Ending::Signalled(signal) => format!("ended by signal {signal}"),
        Ending::TimedOut => "timed out".to_owned(),
        Ending::Cancelled => "cancelled".to_owned(),
        Ending::NotStarted(why) => format!("not started: {why}"),
        Ending::Severed(why) => format!("stopped by its agent: {why}"),
    }
}
