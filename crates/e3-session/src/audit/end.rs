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
    for statement in &kept.statements {
        match kept.openings.get(&statement.party) {
            None => findings.unchecked.push(format!(
                "what party {} printed: it has kept that to itself",
                evidence.roster.roster.name(statement.party)
            )),
            Some(opening) => {
                findings.check(verifier.opening(statement, opening).map_err(wrong));
                output(evidence, statement, opening, findings);
            }
        }
    }
}

/// Of every party there is a statement and a conclusion, or the reason why not.
fn everybody(evidence: &Evidence, findings: &mut Findings) {
    let KeptOutcome {
        statements,
        conclusions,
        missing,
        ..
    } = &evidence.outcome;
    let roster = &evidence.roster.roster;
    let stated: BTreeSet<_> = statements.iter().map(|one| one.party).collect();
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
            (Some((what, _)), Some(why)) => findings.unchecked.push(format!(
                "how it ended for party {name}, or whether it saw the same end: it has signed no {what} ({why})"
            )),
        }
    }
}

/// The outcome that is kept is the one that the party has signed.
fn output(evidence: &Evidence, statement: &Statement, opening: &Opening, findings: &mut Findings) {
    let PartyIndex(party) = statement.party;
    let name = evidence.roster.roster.name(statement.party);
    let Some(OutputFile { sha256, length }) = evidence.outputs.get(&statement.party) else {
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
