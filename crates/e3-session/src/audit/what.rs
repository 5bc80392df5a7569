//! In what they took part: the agreement that all have signed.

use e3_identity::Endorsement;

use super::{AuditError, Evidence, Findings, Known};
use crate::{
    evidence::{EvidenceError, Verifier},
    types::{KeptAgreement, Offer, PartyIndex, Terms},
};

/// The agreement is about this roster, every party has signed it, and offered the same.
pub(super) fn agreement(
    evidence: &Evidence,
    known: &Known,
    verifier: &Verifier<'_>,
    findings: &mut Findings,
) {
    let KeptAgreement {
        agreement,
        hash,
        offers,
        ..
    } = &evidence.agreement;
    let is = agreement.hash();
    findings.same(hash, &is, || AuditError::Hash {
        file: KeptAgreement::FILE,
        what: "agreement",
        said: *hash,
        is,
    });
    about_this_roster(evidence, &agreement.terms, findings);
    policy(evidence, &agreement.terms, findings);
    let signed = verifier.agreement(agreement, &agreement.signatures);
    findings.check(signed.map_err(|source| AuditError::Evidence {
        file: KeptAgreement::FILE,
        source,
    }));
    each_offer(evidence, offers, findings);
    findings
        .unchecked
        .push("the versions of the language that the offers name: nobody signs them".to_owned());
    match known.program {
        None => findings.unchecked.push(format!(
            "whether the program is the one that you know: give its files by --program DIR; its digest is {}",
            agreement.terms.program
        )),
        Some(found) => findings.same(&found, &agreement.terms.program, || {
            AuditError::OtherProgram {
                found,
                agreed: agreement.terms.program,
            }
        }),
    }
}

fn about_this_roster(evidence: &Evidence, terms: &Terms, findings: &mut Findings) {
    let roster = &evidence.roster.roster;
    let said = [
        (
            "session",
            terms.session.to_string(),
            roster.session.to_string(),
        ),
        (
            "roster",
            terms.roster.to_string(),
            roster.hash().to_string(),
        ),
        ("epoch", terms.epoch.to_string(), roster.epoch.to_string()),
        (
            "number of parties",
            terms.parties.to_string(),
            roster.parties.len().to_string(),
        ),
    ];
    for (what, found, expected) in said {
        findings.same(&found, &expected, || AuditError::OtherRoster {
            what,
            found: found.clone(),
            expected: expected.clone(),
        });
    }
}

/// The endorsements are of the kind that was agreed on, and by the authority that was.
fn policy(evidence: &Evidence, terms: &Terms, findings: &mut Findings) {
    for entry in &evidence.roster.roster.parties {
        let found = match &entry.endorsement {
            Endorsement::Ca { authority, .. } => format!("ca {authority}"),
            other => other.kind().to_owned(),
        };
        findings.same(&found, &terms.identity, || AuditError::OtherPolicy {
            name: entry.name.clone(),
            found: found.clone(),
            expected: terms.identity.clone(),
        });
    }
    if terms.identity.starts_with("ca ") {
        findings
            .unchecked
            .push("whether the authority had revoked a credential by then: ask it".to_owned());
    }
}

fn each_offer(evidence: &Evidence, offers: &[Offer], findings: &mut Findings) {
    let KeptAgreement { agreement, .. } = &evidence.agreement;
    let roster = &evidence.roster.roster;
    let count = roster.parties.len();
    if offers.len() != count {
        findings.wrong.push(AuditError::Evidence {
            file: KeptAgreement::FILE,
            source: EvidenceError::Count {
                what: "offer",
                found: offers.len(),
                expected: count,
            },
        });
        return;
    }
    let places = (0..).map(PartyIndex).zip(offers).zip(&agreement.nonces);
    for ((place, offer), nonce) in places {
        let differs = [
            ("party", offer.party == place),
            ("term", offer.terms == agreement.terms),
            ("nonce", offer.nonce == *nonce),
        ];
        let differs = differs.into_iter().filter(|(_, same)| !same);
        findings
            .wrong
            .extend(differs.map(|(what, _)| AuditError::Offer {
                name: roster.name(place),
                what,
            }));
    }
}
