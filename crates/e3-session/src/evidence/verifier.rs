//! Signatures against a roster's DIDs.

use std::borrow::Cow;

use e3_identity::{DidDocument, Documents, Policy, Signature, Verdict};
use serde::Serialize;

use super::EvidenceError;
use crate::types::{
    ADMISSION, AGREEMENT, Admission, Agreement, CONCLUSION, Conclusion, Digest, Nonce, Opening,
    PartyIndex, Roster, RosterEntry, Statement, conclusion_form,
};

/// Verifies what the parties of a roster have signed.
#[derive(Debug, Clone, Copy)]
pub struct Verifier<'a> {
    roster: &'a Roster,
    documents: &'a Documents,
}

impl<'a> Verifier<'a> {
    /// For the parties of this roster, whose DIDs have these documents.
    pub fn new(roster: &'a Roster, documents: &'a Documents) -> Self {
        Self { roster, documents }
    }

    /// Every introduction holds for this session, name and moment (`now`, in Unix seconds), and is endorsed as the
    /// policy asks. Tells how each came to be believed, in the order of indices.
    pub fn introductions(&self, policy: &Policy, now: u64) -> Result<Vec<Verdict>, EvidenceError> {
        let mut verdicts = Vec::with_capacity(self.roster.parties.len());
        for entry in &self.roster.parties {
            let RosterEntry {
                name,
                // Sound as far as an address can be: `Roster::check` saw to it.
                addresses: _,
                introduction,
                endorsement,
            } = entry;
            let document = self.document(entry)?;
            introduction.verify(&document, &self.roster.session.0, name, now)?;
            let verdict =
                policy.check(introduction, endorsement, &document, self.documents, now)?;
            verdicts.push(verdict);
        }
        Ok(verdicts)
    }

    /// One party's admission.
    pub fn admission(&self, admission: &Admission) -> Result<(), EvidenceError> {
        let form = admission.form(self.roster.hash());
        self.signed(
            admission.party,
            "admission",
            (ADMISSION, &form),
            &admission.signature,
        )
    }

    /// Every party has taken this roster, none twice and none missing.
    pub fn admissions(&self, admissions: &[Admission]) -> Result<(), EvidenceError> {
        let what = "admission";
        self.count(what, admissions.len())?;
        let hash = self.roster.hash();
        for (place, admission) in (0..).map(PartyIndex).zip(admissions) {
            self.stands(what, place, admission.party)?;
            let form = admission.form(hash);
            self.signed(place, what, (ADMISSION, &form), &admission.signature)?;
        }
        Ok(())
    }

    /// Every nonce is the one that its party has committed itself to.
    pub fn nonces(&self, admissions: &[Admission], nonces: &[Nonce]) -> Result<(), EvidenceError> {
        self.count("nonce", nonces.len())?;
        self.count("admission", admissions.len())?;
        let hash = self.roster.hash();
        for (admission, nonce) in admissions.iter().zip(nonces) {
            if !admission.opens(hash, nonce) {
                return Err(EvidenceError::Nonce {
                    name: self.name(admission.party),
                });
            }
        }
        Ok(())
    }

    /// One party's signature over an agreement.
    pub fn agreement_of(
        &self,
        party: PartyIndex,
        agreement: &Agreement,
        signature: &Signature,
    ) -> Result<(), EvidenceError> {
        let form = agreement.form();
        self.signed(party, "agreement", (AGREEMENT, &form), signature)
    }

    /// Every party has signed the agreement.
    pub fn agreement(
        &self,
        agreement: &Agreement,
        signatures: &[Signature],
    ) -> Result<(), EvidenceError> {
        self.count("agreement", signatures.len())?;
        for (party, signature) in (0..).map(PartyIndex).zip(signatures) {
            self.agreement_of(party, agreement, signature)?;
        }
        Ok(())
    }

    /// One party's statement of how this agreement ended.
    pub fn statement(&self, agreement: Digest, statement: &Statement) -> Result<(), EvidenceError> {
        let Statement {
            party, signature, ..
        } = statement;
        if statement.agreement != agreement {
            return Err(EvidenceError::OtherAgreement {
                name: self.name(*party),
                found: statement.agreement,
                expected: agreement,
            });
        }
        let form = statement.form();
        self.signed(*party, "statement", (statement.domain(), &form), signature)
    }

    /// The statements of some parties, each once, in the order of indices.
    pub fn statements(
        &self,
        agreement: Digest,
        statements: &[Statement],
    ) -> Result<(), EvidenceError> {
        for (before, after) in statements.iter().zip(statements.iter().skip(1)) {
            if before.party >= after.party {
                return Err(EvidenceError::Place {
                    what: "statement",
                    name: self.name(before.party),
                    found: self.name(after.party),
                });
            }
        }
        statements
            .iter()
            .try_for_each(|statement| self.statement(agreement, statement))
    }

    /// What opens a statement's commitment.
    pub fn opening(&self, statement: &Statement, opening: &Opening) -> Result<(), EvidenceError> {
        if opening.commitment() == statement.output {
            return Ok(());
        }
        Err(EvidenceError::Opening {
            name: self.name(statement.party),
        })
    }

    /// One party's conclusion: it has seen exactly these statements.
    pub fn conclusion(
        &self,
        agreement: Digest,
        statements: &[Statement],
        conclusion: &Conclusion,
    ) -> Result<(), EvidenceError> {
        let Conclusion { party, signature } = conclusion;
        let form = conclusion_form(*party, agreement, statements);
        self.signed(*party, "conclusion", (CONCLUSION, &form), signature)
    }

    fn signed(
        &self,
        party: PartyIndex,
        what: &'static str,
        (domain, form): (&str, &impl Serialize),
        signature: &Signature,
    ) -> Result<(), EvidenceError> {
        let entry = self.entry(party, what)?;
        let document = self.document(entry)?;
        match document.verify(domain, form, signature) {
            Ok(_) => Ok(()),
            Err(_) => Err(EvidenceError::Signature {
                what,
                name: entry.name.clone(),
                did: entry.introduction.did.clone(),
            }),
        }
    }

    fn document(&self, entry: &RosterEntry) -> Result<Cow<'a, DidDocument>, EvidenceError> {
        let found = self.documents.get(&entry.introduction.did);
        found.map_err(|source| EvidenceError::Unresolved {
            name: entry.name.clone(),
            source: Box::new(source),
        })
    }

    fn entry(
        &self,
        party: PartyIndex,
        what: &'static str,
    ) -> Result<&'a RosterEntry, EvidenceError> {
        let found = self.roster.get(party);
        found.ok_or(EvidenceError::NoSuchParty {
            what,
            party,
            parties: self.roster.parties.len(),
        })
    }

    fn count(&self, what: &'static str, found: usize) -> Result<(), EvidenceError> {
        let expected = self.roster.parties.len();
        if found == expected {
            return Ok(());
        }
        Err(EvidenceError::Count {
            what,
            found,
            expected,
        })
    }

    fn stands(
        &self,
        what: &'static str,
        place: PartyIndex,
        found: PartyIndex,
    ) -> Result<(), EvidenceError> {
        if place == found {
            return Ok(());
        }
        Err(EvidenceError::Place {
            what,
            name: self.name(place),
            found: self.name(found),
        })
    }

    fn name(&self, party: PartyIndex) -> String {
        self.roster.name(party)
    }
}
