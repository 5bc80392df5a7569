//! What the run's record tells a person, against what the parties have signed.

use serde::Deserialize;

use super::{AuditError, Evidence, Findings, Known};
use crate::{
    evidence::Verifier,
    types::{Ending, PartyIndex},
};

/// What `result.json` tells of a run, as far as the parties have signed it too. Figures are not: nobody signs them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ToldRun {
    /// When the command began, in Unix seconds; told by whoever reads the file.
    #[serde(skip)]
    pub time: Option<u64>,
    /// The run's number in its session.
    pub run: u32,
    /// The session, in hexadecimal.
    pub session: String,
    /// The overlay.
    pub overlay: String,
    /// Its mode.
    pub mode: String,
    /// The identity policy.
    pub identity: String,
    /// The program's kind.
    pub kind: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The threshold.
    pub threshold: Option<u16>,
    /// The parties, in the order of indices.
    pub parties: Vec<ToldParty>,
    /// What was agreed.
    pub agreement: Option<ToldAgreement>,
}

/// What is told of one party.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ToldParty {
    /// Its host, which is its name.
    pub host: String,
    /// Its DID.
    pub did: String,
    /// How it ended.
    pub ending: Option<Ending>,
}

/// What is told of the agreement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ToldAgreement {
    /// Its hash.
    pub hash: String,
    /// The roster's.
    pub roster: String,
    /// The roster's epoch.
    pub epoch: u32,
    /// The digest of the program's files.
    pub program: String,
    /// What runs it.
    pub runtime: String,
}

/// Says where the record tells something else than what was signed.
pub(super) fn told(evidence: &Evidence, _: &Known, _: &Verifier<'_>, findings: &mut Findings) {
    findings.unchecked.push(
        "figures, addresses and logs: nobody signs result.json, events.jsonl, holder.log or party-N.log"
            .to_owned(),
    );
    let Some(told) = &evidence.told else {
        findings
            .unchecked
            .push("result.json, which is not there".to_owned());
        return;
    };
    for (what, said, signed) in terms(evidence, told)
        .into_iter()
        .chain(parties(evidence, told))
    {
        findings.same(&said, &signed, || AuditError::Told {
            what: what.clone(),
            said: said.clone(),
            signed: signed.clone(),
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
        ("agreement", evidence.agreement.agreement.hash().to_string()),
        ("roster", terms.roster.to_string()),
        ("epoch", terms.epoch.to_string()),
        ("program", terms.program.to_string()),
        ("runtime", terms.runtime.clone()),
    ];
    let said = told.agreement.as_ref().map(|agreement| {
        [
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

fn parties(evidence: &Evidence, told: &ToldRun) -> Vec<Pair> {
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
        pairs.push((what("name"), told.host.clone(), entry.name.clone()));
        let did = entry.introduction.did.to_string();
        pairs.push((what("DID"), told.did.clone(), did));
        let mut statements = evidence.outcome.statements.iter();
        let signed = statements.find(|statement| statement.party == party);
        if let Some(signed) = signed {
            let said = told.ending.as_ref().map_or_else(String::new, shown);
            pairs.push((what("end"), said, shown(&signed.ending)));
        }
    }
    pairs
}

/// How a program ended, in words.
pub(super) fn shown(ending: &Ending) -> String {
    match ending {
        Ending::Exited(code) => format!("exited with {code}"),
        Ending::Signalled(signal) => format!("ended by signal {signal}"),
        Ending::TimedOut => "timed out".to_owned(),
        Ending::Cancelled => "cancelled".to_owned(),
        Ending::NotStarted(why) => format!("not started: {why}"),
    }
}
