//! How it ended: what each party has stated, and that all have seen the same statements.

use std::collections::BTreeSet;

use super::{AuditError, Evidence, Findings, Known, OutputFile};
use crate::{
    evidence::Verifier,
    types::{KeptOutcome, Opening, PartyIndex, Statement},
};

/// Statements, the outcomes that they commit to, and conclusions.
pub(super) fn outcome(
    evidence: &Evidence,
    _: &Known,
    verifier: &Verifier<'_>,
    findings: &mut Findings,
) {
    let kept = &evidence.outcome;
    let expected = evidence.agreement.agreement.hash();
    findings.same(&kept.agreement, &expected, || AuditError::OtherRun {
        found: kept.agreement,
        expected,
    });
    let wrong = |source| AuditError::Evidence {
        file: KeptOutcome::FILE,
        source,
    };
    findings.check(
        verifier
            .statements(expected, &kept.statements)
            .map_err(wrong),
    );
    for conclusion in &kept.conclusions {
        let seen = verifier.conclusion(expected, &kept.statements, conclusion);
        findings.check(seen.map_err(wrong));
    }
    everybody(evidence, findings);
    nobody_else(evidence, findings);
    for statement in &kept.statements {
        match kept.openings.get(&statement.party) {
            None => unopened(evidence, statement.party, findings),
            Some(opening) => {
                findings.check(verifier.opening(statement, opening).map_err(wrong));
                output(evidence, statement, opening, findings);
            }
        }
    }
}

/// Of every party there is a statement and a conclusion, or the reason why not. A reason is nobody's word: a record with
/// one is not whole.
fn everybody(evidence: &Evidence, findings: &mut Findings) {
    let KeptOutcome {
        conclusions,
        missing,
        ..
    } = &evidence.outcome;
    let roster = &evidence.roster.roster;
    let stated = stated(evidence);
    let concluded: BTreeSet<_> = conclusions.iter().map(|one| one.party).collect();
    for party in (0..).map(PartyIndex).take(roster.parties.len()) {
        let name = roster.name(party);
        let missed = [("statement", &stated), ("conclusion", &concluded)]
            .into_iter()
            .find(|(_, made)| !made.contains(&party));
        match (missed, missing.get(&party)) {
            (None, None) => {}
            (None, Some(_)) => findings.wrong.push(AuditError::NotMissing { name }),
            (Some((what, _)), None) => findings.wrong.push(AuditError::Missing { name, what }),
            (Some(("statement", _)), Some(why)) => findings.incomplete.push(format!(
                "nobody has signed how it ended for party {name} (unsigned reason: {why})"
            )),
            (Some(_), Some(why)) => findings.incomplete.push(format!(
                "party {name} has not signed that it saw the same end (unsigned reason: {why})"
            )),
        }
        let printed = evidence.outputs.get(&party);
        if printed.is_some_and(|file| file.length > 0) && !stated.contains(&party) {
            findings.unchecked.push(format!(
                "party-{party}.out: party {} has signed nothing of it",
                roster.name(party)
            ));
        }
    }
}

/// Nothing is kept of parties that cannot have made it.
fn nobody_else(evidence: &Evidence, findings: &mut Findings) {
    let KeptOutcome {
        openings,
        conclusions,
        missing,
        ..
    } = &evidence.outcome;
    let roster = &evidence.roster.roster;
    let stated = stated(evidence);
    let unstated = openings.keys().filter(|party| !stated.contains(party));
    let openings = unstated.map(|party| ("an opening", party));
    let beyond = missing
        .keys()
        .filter(|party| usize::from(party.0) >= roster.parties.len());
    let excuses = beyond.map(|party| ("an excuse", party));
    let nobodys = openings.chain(excuses).map(|(what, party)| {
        let name = roster.name(*party);
        AuditError::Nobodys { what, name }
    });
    findings.wrong.extend(nobodys);
    let mut seen = BTreeSet::new();
    let twice = conclusions.iter().filter(|one| !seen.insert(one.party));
    findings.wrong.extend(twice.map(|one| AuditError::Twice {
        name: roster.name(one.party),
    }));
    let strays = evidence.strays.iter().map(|file| AuditError::Stray {
        file: file.clone(),
        parties: roster.parties.len(),
    });
    findings.wrong.extend(strays);
}

fn stated(evidence: &Evidence) -> BTreeSet<PartyIndex> {
    let statements = evidence.outcome.statements.iter();
    statements.map(|one| one.party).collect()
}

/// A party's outcome that is not kept has no file either.
fn unopened(evidence: &Evidence, party: PartyIndex, findings: &mut Findings) {
    let name = evidence.roster.roster.name(party);
    match evidence.outputs.get(&party) {
        Some(file) if file.length > 0 => findings.wrong.push(AuditError::Unopened {
            party: party.0,
            name,
            length: file.length,
        }),
        _ => findings.unchecked.push(format!(
            "what party {name} printed: it is not in the record"
        )),
    }
}

/// The outcome that is kept is the one that the party has signed.
fn output(evidence: &Evidence, statement: &Statement, opening: &Opening, findings: &mut Findings) {
    let PartyIndex(party) = statement.party;
    let name = evidence.roster.roster.name(statement.party);
    let Some(OutputFile { sha256, length, .. }) = evidence.outputs.get(&statement.party) else {
        findings.wrong.push(AuditError::NoOutput { party, name });
        return;
    };
    let what = if *length != opening.length {
        format!("it has {length} bytes, and {} are signed", opening.length)
    } else if *sha256 != opening.sha256 {
        format!("its SHA-256 is {sha256}, and {} is signed", opening.sha256)
    } else {
        return;
    };
    findings
        .wrong
        .push(AuditError::Output { party, name, what });
}
