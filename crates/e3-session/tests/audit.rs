//! What an auditor is told of records whose parties' documents come with the record, and of records with gaps.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

mod common;

use std::collections::BTreeMap;

use common::scene::{NAMES, NOW, SESSION, nonce, nonces, offers, opening};
use e3_identity::{
    Did, Documents, Endorsement, Identity, Introduction, Kind, PartyKeys, PublicKey, Validity,
};
use e3_session::{
    agreement,
    audit::{Evidence, Known, OutputFile, Report, Verdict, audit},
    types::{
        Admission, Conclusion, Ending, KeptAgreement, KeptOutcome, KeptRoster,
        OUTCOME_WITHOUT_PLACE, PartyIndex, PlaceKind, Roster, RosterEntry, RunId, Statement, words,
    },
};

/// A record of three parties with a did:web each, made up by whoever has these keys.
struct Made {
    keys: Vec<PartyKeys>,
    evidence: Evidence,
}

fn made() -> Made {
    let identity = |party: usize| {
        let place = format!("party{party}.example.org");
        Identity::create(&Kind::Web(place)).unwrap()
    };
    let keys: Vec<PartyKeys> = (0..3)
        .map(|party| PartyKeys::of(identity(party)).unwrap())
        .collect();
    let entry = |(keys, name): (&PartyKeys, &str)| RosterEntry {
        name: name.to_owned(),
        addresses: Vec::new(),
        introduction: Introduction::new(
            keys,
            SESSION.0,
            name,
            Validity::starting(NOW, 3600),
            BTreeMap::new(),
        ),
        endorsement: Endorsement::Did,
    };
    let parties = keys.iter().zip(NAMES).map(entry).collect();
    let roster = Roster::build(SESSION, 1, Vec::new(), parties).unwrap();
    let mut documents = Documents::new();
    for keys in &keys {
        documents.insert(keys.identity().document().unwrap());
    }
    let hash = roster.hash();
    let places = || (0..).map(PartyIndex).zip(&keys);

    let mut offers = offers(1, RunId(7));
    for offer in &mut offers {
        offer.terms.roster = hash;
        "did".clone_into(&mut offer.terms.identity);
    }
    let mut agreed = agreement::compare(&offers).unwrap();
    agreed.signatures = keys.iter().map(|keys| agreed.sign(keys)).collect();
    let run = agreed.hash();
    let statements: Vec<Statement> = places()
        .map(|(party, keys)| {
            let output = opening(party.0).commitment();
            Statement::sign(
                keys,
                party,
                run,
                Ending::Exited(0),
                output,
                PlaceKind::Namespace,
            )
        })
        .collect();
    let conclusions = places()
        .map(|(party, keys)| Conclusion::sign(keys, party, run, &statements))
        .collect();
    let output = |party: u16| {
        let file = OutputFile {
            sha256: opening(party).sha256,
            length: opening(party).length,
            beginning: "sum: 6\n".to_owned(),
        };
        (PartyIndex(party), file)
    };
    let evidence = Evidence {
        roster: KeptRoster {
            schema: KeptRoster::SCHEMA.to_owned(),
            hash,
            documents,
            admissions: places()
                .map(|(party, keys)| Admission::sign(keys, hash, party, &nonce(party.0)))
                .collect(),
            nonces: nonces(),
            words: words(hash, &nonces()),
            roster,
        },
        agreement: KeptAgreement {
            schema: KeptAgreement::SCHEMA.to_owned(),
            hash: run,
            offers,
            agreement: agreed,
        },
        outcome: KeptOutcome {
            schema: KeptOutcome::SCHEMA.to_owned(),
            agreement: run,
            statements,
            openings: (0..3)
                .map(|party| (PartyIndex(party), opening(party)))
                .collect(),
            conclusions,
            missing: BTreeMap::new(),
        },
        told: None,
        outputs: (0..3).map(output).collect(),
        strays: Vec::new(),
    };
    Made { keys, evidence }
}

fn dids(made: &Made) -> BTreeMap<String, Did> {
    let names = NAMES.iter().map(|name| (*name).to_owned());
    names
        .zip(made.keys.iter().map(|keys| keys.did().clone()))
        .collect()
}

fn public(keys: &PartyKeys) -> PublicKey {
    let document = keys.identity().document().unwrap();
    PublicKey::Ed25519(*document.signing_keys().next().unwrap().1)
}

fn known(report: &Report) -> Vec<bool> {
    report.parties.iter().map(|party| party.known).collect()
}

/// Whoever made it up signs all of it with keys of his own: the DIDs alone tell nobody.
#[test]
fn a_document_that_comes_with_the_record_makes_nobody_known() {
    let made = made();
    let report = audit(
        &made.evidence,
        &Known {
            dids: dids(&made),
            ..Known::default()
        },
    );
    assert_eq!(report.verdict, Verdict::Holds, "{report:#?}");
    assert_eq!(known(&report), [false, false, false]);
    for keys in &made.keys {
        let key = public(keys).to_multibase();
        let says = format!(
            "the document of {} comes with the record: compare its key {key} with",
            keys.did()
        );
        assert!(
            report.unchecked.iter().any(|line| line.starts_with(&says)),
            "{says}: {:#?}",
            report.unchecked
        );
    }
}

#[test]
fn a_key_or_a_document_of_the_auditors_own_does() {
    let made = made();
    let mut documents = Documents::new();
    documents.insert(made.keys[1].identity().document().unwrap());
    let auditor = Known {
        dids: dids(&made),
        keys: BTreeMap::from([(made.keys[0].did().clone(), public(&made.keys[0]))]),
        documents,
        ..Known::default()
    };
    let report = audit(&made.evidence, &auditor);
    assert_eq!(report.verdict, Verdict::Holds, "{report:#?}");
    assert_eq!(known(&report), [true, true, false]);
}

#[test]
fn another_key_than_the_auditor_knows_is_found() {
    let made = made();
    let first = made.keys[0].did().clone();
    let auditor = Known {
        keys: BTreeMap::from([(first.clone(), public(&made.keys[1]))]),
        ..Known::default()
    };
    let report = audit(&made.evidence, &auditor);
    assert_eq!(report.verdict, Verdict::Wrong);
    let says = format!("roster.json: the document of {first} lets these keys sign");
    assert!(report.wrong[0].starts_with(&says), "{:#?}", report.wrong);

    // What the domain has really published.
    let published = Identity::create(&Kind::Web("party0.example.org".to_owned())).unwrap();
    let mut documents = Documents::new();
    documents.insert(published.document().unwrap());
    let auditor = Known {
        documents,
        ..Known::default()
    };
    let report = audit(&made.evidence, &auditor);
    assert_eq!(report.verdict, Verdict::Wrong, "{report:#?}");
    assert!(report.wrong[0].contains("amsterdam"), "{:#?}", report.wrong);
}

/// Whoever keeps a record can leave out what was signed last, and write any reason for it.
#[test]
fn a_record_without_its_end_does_not_hold() {
    let mut made = made();
    let outcome = &mut made.evidence.outcome;
    outcome.statements.clear();
    outcome.conclusions.clear();
    outcome.openings.clear();
    let why = "its host was on fire".to_owned();
    outcome.missing = (0..3)
        .map(|party| (PartyIndex(party), why.clone()))
        .collect();
    let report = audit(&made.evidence, &Known::default());
    assert_eq!(report.verdict, Verdict::Incomplete, "{report:#?}");
    assert!(!report.holds && !report.same_end);
    assert_eq!(
        report.incomplete[2],
        "nobody has signed how it ended for party singapore (unsigned reason: its host was on fire)"
    );
}

#[test]
fn a_conclusion_that_was_left_out_leaves_a_gap() {
    let mut made = made();
    made.evidence.outcome.conclusions.pop();
    let why = "its agent has gone".to_owned();
    made.evidence.outcome.missing.insert(PartyIndex(2), why);
    let report = audit(&made.evidence, &Known::default());
    assert_eq!(report.verdict, Verdict::Incomplete, "{report:#?}");
    assert_eq!(
        report.incomplete,
        [
            "party singapore has not signed that it saw the same end (unsigned reason: its agent has gone)"
        ]
    );
}

#[test]
fn where_a_program_ran_is_signed() {
    let report = audit(&made().evidence, &Known::default());
    assert_eq!(report.parties[0].place, Some(PlaceKind::Namespace));
    for told in [Some(PlaceKind::Forwards), None] {
        let mut made = made();
        made.evidence.outcome.statements[1].place = told;
        let report = audit(&made.evidence, &Known::default());
        assert_eq!(report.verdict, Verdict::Wrong, "{told:?}: {report:#?}");
        assert!(
            report.wrong[0].contains("statement of party new-york"),
            "{:#?}",
            report.wrong
        );
    }
}

/// Nobody stated then where programs ran.
#[test]
fn an_older_record_holds() {
    let mut made = made();
    let (outcome, keys) = (&mut made.evidence.outcome, &made.keys);
    KeptOutcome::EARLIER.clone_into(&mut outcome.schema);
    for (statement, keys) in outcome.statements.iter_mut().zip(keys) {
        statement.place = None;
        let signature = keys.sign(OUTCOME_WITHOUT_PLACE, &statement.form());
        statement.signature = signature;
    }
    let concluded = (0..).map(PartyIndex).zip(keys);
    outcome.conclusions = concluded
        .map(|(party, keys)| Conclusion::sign(keys, party, outcome.agreement, &outcome.statements))
        .collect();
    let report = audit(&made.evidence, &Known::default());
    assert_eq!(report.verdict, Verdict::Holds, "{report:#?}");
    assert_eq!(report.parties[0].place, None);

    // Its form is that of its statements, and of no others.
    let mut newer = self::made().evidence;
    KeptOutcome::EARLIER.clone_into(&mut newer.outcome.schema);
    let report = audit(&newer, &Known::default());
    assert!(
        report.wrong[0].contains(KeptOutcome::EARLIER),
        "{report:#?}"
    );
}
