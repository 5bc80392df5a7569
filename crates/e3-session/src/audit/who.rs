//! Who took part: the roster, why its parties are believed, and that each has taken it.

use std::collections::{BTreeMap, BTreeSet};

use e3_identity::{Endorsement, Pin, Policy, introduction::SKEW};

use super::{AuditError, Evidence, Findings, Known};
use crate::{
    evidence::{EvidenceError, Verifier},
    types::{KeptAgreement, KeptOutcome, KeptRoster, RosterEntry, Statement, words},
};

/// Every file is of a form that is read here, and the roster is one.
pub(super) fn schema_and_shape(
    evidence: &Evidence,
    _: &Known,
    _: &Verifier<'_>,
    findings: &mut Findings,
) {
    let Evidence {
        roster,
        agreement,
        outcome,
        ..
    } = evidence;
    for (file, found, expected) in [
        (KeptRoster::FILE, &roster.schema, KeptRoster::SCHEMA),
        (
            KeptAgreement::FILE,
            &agreement.schema,
            KeptAgreement::SCHEMA,
        ),
        (KeptOutcome::FILE, &outcome.schema, outcome_schema(outcome)),
    ] {
        findings.same(&found.as_str(), &expected, || AuditError::Schema {
            file,
            found: found.clone(),
            expected,
        });
    }
    findings.check(roster.roster.check());
    let is = roster.roster.hash();
    findings.same(&roster.hash, &is, || AuditError::Hash {
        file: KeptRoster::FILE,
        what: "roster",
        said: roster.hash,
        is,
    });
}

/// Older records are read, too: that of an outcome names the form that its statements have.
fn outcome_schema(outcome: &KeptOutcome) -> &'static str {
    let states = |statement: &Statement| statement.place.is_some();
    match outcome.schema.as_str() {
        KeptOutcome::EARLIER if !outcome.statements.iter().any(states) => KeptOutcome::EARLIER,
        _ => KeptOutcome::SCHEMA,
    }
}

/// Every introduction is its DID's, for this session and name and the time of the run, and is endorsed; and the parties
/// are those that the auditor knows.
pub(super) fn introductions(
    evidence: &Evidence,
    known: &Known,
    _: &Verifier<'_>,
    findings: &mut Findings,
) {
    let roster = &evidence.roster.roster;
    let time = time_of(evidence);
    for entry in &roster.parties {
        findings.check(introduction(evidence, entry, known, time));
        if !known.dids.contains_key(&entry.name) {
            findings.unchecked.push(format!(
                "who {} is: give its DID by --did {}=DID; the record says {}",
                entry.name, entry.name, entry.introduction.did
            ));
        }
    }
    authorities(evidence, known, findings);
    let certified = roster.parties.iter().any(|entry| match &entry.endorsement {
        Endorsement::Ca { certificates, .. } => !certificates.is_empty(),
        Endorsement::Pinned | Endorsement::Did => false,
    });
    if certified {
        findings.unchecked.push(
            "certificates of overlays: the parties have signed them with the roster, and nothing here reads X.509"
                .to_owned(),
        );
    }
    for name in known.dids.keys() {
        if roster.index_of(name).is_none() {
            let parties: Vec<_> = roster.parties.iter().map(|entry| &*entry.name).collect();
            findings.wrong.push(AuditError::NoSuchParty {
                name: name.clone(),
                parties: parties.join(", "),
            });
        }
    }
    findings.unchecked.push(
        match evidence.told.as_ref().and_then(|told| told.time) {
            Some(_) => {
                "when the run was: nobody signs the time in result.json, and every introduction was good by then"
            }
            None => "when the run was: result.json does not say",
        }
        .to_owned(),
    );
}

/// Those who certify are the one that the auditor knows.
fn authorities(evidence: &Evidence, known: &Known, findings: &mut Findings) {
    let entries = evidence.roster.roster.parties.iter();
    let authorities: BTreeSet<_> = entries
        .filter_map(|entry| match &entry.endorsement {
            Endorsement::Ca { authority, .. } => Some(authority),
            Endorsement::Pinned | Endorsement::Did => None,
        })
        .collect();
    for found in authorities {
        match &known.authority {
            None => findings.unchecked.push(format!(
                "who the authority is: give its DID by --authority DID; the record says {found}"
            )),
            Some(known) if !known.is(found) => {
                findings.wrong.push(AuditError::OtherAuthority {
                    found: found.clone(),
                    known: known.clone(),
                });
            }
            Some(_) => {}
        }
    }
}

/// When the run was, as far as that is told; else the moment at which the last introduction became good.
fn time_of(evidence: &Evidence) -> u64 {
    let parties = evidence.roster.roster.parties.iter();
    let latest = parties.map(|entry| entry.introduction.not_before).max();
    let told = evidence.told.as_ref().and_then(|told| told.time);
    told.or(latest).unwrap_or_default()
}

fn introduction(
    evidence: &Evidence,
    entry: &RosterEntry,
    known: &Known,
    time: u64,
) -> Result<(), AuditError> {
    let RosterEntry {
        name,
        addresses: _,
        introduction,
        endorsement,
    } = entry;
    let wrong = |source: EvidenceError| AuditError::Evidence {
        file: KeptRoster::FILE,
        source,
    };
    let (not_before, not_after) = (introduction.not_before, introduction.not_after);
    if time.saturating_add(SKEW) < not_before || time > not_after.saturating_add(SKEW) {
        return Err(AuditError::Time {
            name: name.clone(),
            not_before,
            not_after,
            time,
        });
    }
    let document = evidence
        .roster
        .documents
        .get(&introduction.did)
        .map_err(|source| EvidenceError::Unresolved {
            name: name.clone(),
            source: Box::new(source),
        })
        .map_err(wrong)?;
    let session = &evidence.roster.roster.session.0;
    introduction
        .verify(&document, session, name, time)
        .map_err(|source| wrong(source.into()))?;
    if let Some(did) = known.dids.get(name) {
        // A DID that the party has given up since leads to its new one.
        let policy = Policy::Pinned {
            pins: BTreeMap::from([(name.clone(), Pin::Did(did.clone()))]),
            first_use: false,
        };
        let pinned = Endorsement::Pinned;
        let documents = &evidence.roster.documents;
        let same = policy.check(introduction, &pinned, &document, documents, time);
        if same.is_err() {
            return Err(AuditError::OtherDid {
                name: name.clone(),
                found: introduction.did.clone(),
                known: did.clone(),
            });
        }
    }
    let Endorsement::Ca { authority, .. } = endorsement else {
        return Ok(());
    };
    let policy = Policy::Ca {
        authority: authority.clone(),
        revocations: None,
    };
    let documents = &evidence.roster.documents;
    let endorsed = policy.check(introduction, endorsement, &document, documents, time);
    endorsed.map(drop).map_err(|source| wrong(source.into()))
}

/// Every party has taken this roster, and was shown these words.
pub(super) fn admissions(
    evidence: &Evidence,
    _: &Known,
    verifier: &Verifier<'_>,
    findings: &mut Findings,
) {
    let KeptRoster {
        roster,
        admissions,
        nonces,
        words: said,
        ..
    } = &evidence.roster;
    let wrong = |source| AuditError::Evidence {
        file: KeptRoster::FILE,
        source,
    };
    findings.check(verifier.admissions(admissions).map_err(wrong));
    if findings.wrong.is_empty() {
        findings.check(verifier.nonces(admissions, nonces).map_err(wrong));
    }
    let are = words(roster.hash(), nonces);
    if findings.wrong.is_empty() {
        findings.same(said, &are, || AuditError::Words {
            said: said.clone(),
            are: are.clone(),
        });
    }
}
