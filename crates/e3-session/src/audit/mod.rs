//! Whether the record of a run holds: who took part, in what, and that all saw the same end.
//!
//! Everything is checked against the parties' DIDs; nothing is resolved, and whoever kept the record is not believed.
//! What nobody has signed, and what the auditor was not given, is said to be unchecked.
//!
//! The steps follow the conversation: [`who`], then [`what`], then [`end`], then what is told of it ([`told`]). Each says
//! everything that is wrong in it; what is wrong in one makes the next ones meaningless, so they are left out.

mod documents;
mod end;
mod error;
mod evidence;
mod report;
mod told;
mod what;
mod who;

pub use error::AuditError;
pub use evidence::{Evidence, Known, OutputFile};
pub use report::{PartyReport, Report, Verdict};
pub use told::{ToldAgreement, ToldOutcome, ToldParty, ToldRun};

use crate::evidence::Verifier;

/// What one step has found wrong, what nobody has signed, and what it could not look at.
#[derive(Debug, Default)]
struct Findings {
    wrong: Vec<AuditError>,
    incomplete: Vec<String>,
    unchecked: Vec<String>,
}

impl Findings {
    /// Notes what is wrong, if it is.
    fn check(&mut self, checked: Result<(), impl Into<AuditError>>) {
        self.wrong.extend(checked.map_err(Into::into).err());
    }

    /// Notes a difference between what was said and what is.
    fn same<T: PartialEq>(&mut self, left: &T, right: &T, otherwise: impl FnOnce() -> AuditError) {
        if left != right {
            self.wrong.push(otherwise());
        }
    }
}

/// Audits the record of a run, by what the auditor knows.
pub fn audit(evidence: &Evidence, known: &Known) -> Report {
    let evidence = &*documents::as_known(evidence, known);
    let mut findings = Findings::default();
    let verifier = Verifier::new(&evidence.roster.roster, &evidence.roster.documents);
    let steps: [fn(&Evidence, &Known, &Verifier<'_>, &mut Findings); 7] = [
        who::schema_and_shape,
        who::introductions,
        documents::documents,
        who::admissions,
        what::agreement,
        end::outcome,
        told::told,
    ];
    for step in steps {
        if findings.wrong.is_empty() {
            step(evidence, known, &verifier, &mut findings);
        }
    }
    Report::of(evidence, known, findings)
}
