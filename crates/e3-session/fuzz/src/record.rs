//! A record as somebody may hand it to an auditor, and an auditor who knows the parties.

use std::collections::BTreeMap;

use e3_session::{
    audit::{Evidence, Known, OutputFile, Report, ToldRun, audit},
    types::{KeptAgreement, KeptOutcome, KeptRoster},
};

use crate::scene::{NAMES, NOW, dids};

/// `roster.json`, `agreement.json`, `outcome.json` and what `result.json` tells, one after the other.
type Record = (KeptRoster, KeptAgreement, KeptOutcome, Option<ToldRun>);

/// What the auditor says of a record in JSON; nothing of what is none.
pub fn audited(json: &[u8]) -> Option<Report> {
    let (roster, agreement, outcome, told) = serde_json::from_slice::<Record>(json).ok()?;
    // Every outcome that is opened is there, as it is said to be.
    let openings = outcome.openings.iter();
    let outputs = openings.map(|(party, opening)| {
        let file = OutputFile {
            sha256: opening.sha256,
            length: opening.length,
            beginning: String::new(),
        };
        (*party, file)
    });
    let evidence = Evidence {
        outputs: outputs.collect(),
        strays: Vec::new(),
        told: told.map(|told| ToldRun {
            time: Some(NOW),
            ..told
        }),
        roster,
        agreement,
        outcome,
    };
    // Who knows nobody must not fail either.
    audit(&evidence, &Known::default());
    let names = NAMES.into_iter().map(str::to_owned);
    let known = Known {
        dids: names.zip(dids()).collect::<BTreeMap<_, _>>(),
        ..Known::default()
    };
    Some(audit(&evidence, &known))
}
