//! The examples that docs/formats.md publishes: written with `E3_BLESS=1`, compared otherwise, and verified by another
//! implementation, `formats.py`, where `E3_PYTHON` (or `python3`) has the package `cryptography`.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

mod common;
#[path = "../../e3-identity/tests/common/interpreter.rs"]
mod interpreter;

use std::{collections::BTreeMap, env, fmt::Write as _, fs, path::PathBuf};

use common::scene::{
    NAMES, NOW, SESSION, admissions, agreement, introduced, keys, nonces, offers, opening, roster,
    statements,
};
use e3_identity::{
    Credential, Documents, Endorsement, RevocationList, Serial, Succession, Validity, canonical,
    credential, introduction, revocation, succession,
};
use e3_session::types::{
    ADMISSION, AGREEMENT, CONCLUSION, Conclusion, Ending, KeptAgreement, KeptOutcome, KeptRoster,
    OUTCOME, OUTCOME_WITHOUT_PLACE, PartyIndex, PlaceKind, ROSTER, Roster, RosterEntry, RunId,
    conclusion_form, words,
};
use interpreter::python;
use serde::Serialize;
use serde_bytes::ByteBuf;
use serde_json::{Value, json};

const EPOCH: u32 = 1;
const RUN: RunId = RunId(7);

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests")
}

#[test]
fn the_published_examples_are_right() {
    let path = folder().join("vectors/formats.json");
    let text = serde_json::to_string_pretty(&examples()).unwrap() + "\n";
    if env::var_os("E3_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == text,
        "tests/vectors/formats.json is out of date: what is signed has changed, and so must its domain; then E3_BLESS=1"
    );
}

#[test]
fn another_implementation_comes_to_the_same() {
    let checked = |vectors: PathBuf| {
        let mut command = python("cryptography")?;
        command.arg(folder().join("formats.py")).arg(vectors);
        Some(command.output().unwrap())
    };
    let Some(done) = checked(folder().join("vectors/formats.json")) else {
        return;
    };
    let count = examples()["canonical"].as_object().unwrap().len();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(said.trim(), count.to_string(), "{done:?}");

    // It would have said so, had it been otherwise.
    let mut changed = examples();
    changed["agreement"]["agreement"]["terms"]["epoch"] = json!(2);
    let path = env::temp_dir().join(format!("e3-vectors-{}.json", std::process::id()));
    fs::write(&path, changed.to_string()).unwrap();
    let done = checked(path.clone()).unwrap();
    fs::remove_file(path).unwrap();
    assert!(!done.status.success(), "{done:?}");
}

/// All of them, with the bytes that are hashed and signed.
fn examples() -> Value {
    let mut bytes = BTreeMap::new();
    let roster = kept_roster(&mut bytes);
    let agreement = kept_agreement(&mut bytes);
    let outcome = kept_outcome(&agreement, &mut bytes);
    let earlier = earlier_outcome(&outcome, &mut bytes);
    let by_authority = by_authority(&mut bytes);
    json!({
        "schema": "e3/vectors/1",
        "secrets": [hex(&[1; 32]), hex(&[2; 32]), hex(&[3; 32])],
        "roster": roster,
        "agreement": agreement,
        "outcome": outcome,
        "earlier_outcome": earlier,
        "certified": by_authority.certified,
        "credential": by_authority.credential,
        "revocations": by_authority.revocations,
        "succession": by_authority.succession,
        "endings": endings(),
        "canonical": bytes,
    })
}

type Bytes = BTreeMap<String, String>;

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn note(bytes: &mut Bytes, name: impl Into<String>, domain: &str, form: &impl Serialize) {
    bytes.insert(name.into(), hex(&canonical::bytes(domain, form)));
}

fn kept_roster(bytes: &mut Bytes) -> KeptRoster {
    let roster = roster(EPOCH);
    let (hash, nonces, admissions) = (roster.hash(), nonces(), admissions(EPOCH));
    for entry in &roster.parties {
        let form = entry.introduction.form();
        note(
            bytes,
            format!("introduction {}", entry.name),
            introduction::DOMAIN,
            &form,
        );
    }
    note(bytes, "roster", ROSTER, &roster_form(&roster));
    for admission in &admissions {
        let form = admission.form(hash);
        note(
            bytes,
            format!("admission {}", admission.party),
            ADMISSION,
            &form,
        );
    }
    note(bytes, "words", e3_identity::words::WORDS, &(hash, &nonces));
    KeptRoster {
        schema: KeptRoster::SCHEMA.to_owned(),
        hash,
        words: words(hash, &nonces),
        roster,
        documents: Documents::default(),
        admissions,
        nonces,
    }
}

/// What a roster's hash is over, written a second time.
fn roster_form(roster: &Roster) -> impl Serialize {
    let form = |entry: &RosterEntry| {
        let introduction = entry.introduction.clone();
        let signature = introduction.signature;
        let mut of_introduction = Vec::new();
        ciborium::into_writer(&introduction.form(), &mut of_introduction).unwrap();
        let of_introduction: ciborium::Value =
            ciborium::from_reader(of_introduction.as_slice()).unwrap();
        let mut of_endorsement = Vec::new();
        ciborium::into_writer(&entry.endorsement.form(), &mut of_endorsement).unwrap();
        let of_endorsement: ciborium::Value =
            ciborium::from_reader(of_endorsement.as_slice()).unwrap();
        (
            entry.name.clone(),
            texts(&entry.addresses),
            of_introduction,
            signature,
            of_endorsement,
        )
    };
    let parties: Vec<_> = roster.parties.iter().map(form).collect();
    (
        roster.session,
        roster.epoch,
        texts(&roster.network),
        parties,
    )
}

fn texts<T: ToString>(these: &[T]) -> Vec<String> {
    these.iter().map(ToString::to_string).collect()
}

fn kept_agreement(bytes: &mut Bytes) -> KeptAgreement {
    let agreement = agreement(EPOCH, RUN);
    note(bytes, "agreement", AGREEMENT, &agreement.form());
    KeptAgreement {
        schema: KeptAgreement::SCHEMA.to_owned(),
        hash: agreement.hash(),
        offers: offers(EPOCH, RUN),
        agreement,
    }
}

fn kept_outcome(agreed: &KeptAgreement, bytes: &mut Bytes) -> KeptOutcome {
    let statements = statements(agreed.hash);
    let mut conclusions = Vec::new();
    for (index, statement) in (0..).zip(&statements) {
        let party = PartyIndex(index);
        note(
            bytes,
            format!("statement {index}"),
            OUTCOME,
            &statement.form(),
        );
        let form = conclusion_form(party, agreed.hash, &statements);
        note(bytes, format!("conclusion {index}"), CONCLUSION, &form);
        let keys = keys(usize::from(index));
        conclusions.push(Conclusion::sign(keys, party, agreed.hash, &statements));
    }
    KeptOutcome {
        schema: KeptOutcome::SCHEMA.to_owned(),
        agreement: agreed.hash,
        statements,
        // The last party has kept its output to itself.
        openings: (0..2)
            .map(|party| (PartyIndex(party), opening(party)))
            .collect(),
        conclusions,
        missing: BTreeMap::new(),
    }
}

/// The same as records were before parties stated where their programs ran.
fn earlier_outcome(outcome: &KeptOutcome, bytes: &mut Bytes) -> KeptOutcome {
    let mut earlier = outcome.clone();
    KeptOutcome::EARLIER.clone_into(&mut earlier.schema);
    for (index, statement) in earlier.statements.iter_mut().enumerate() {
        statement.place = None;
        let signature = keys(index).sign(OUTCOME_WITHOUT_PLACE, &statement.form());
        statement.signature = signature;
        let name = format!("earlier statement {index}");
        note(bytes, name, OUTCOME_WITHOUT_PLACE, &statement.form());
    }
    for conclusion in &mut earlier.conclusions {
        let (keys, party) = (keys(usize::from(conclusion.party.0)), conclusion.party);
        *conclusion = Conclusion::sign(keys, party, earlier.agreement, &earlier.statements);
        let form = conclusion_form(party, earlier.agreement, &earlier.statements);
        note(
            bytes,
            format!("earlier conclusion {party}"),
            CONCLUSION,
            &form,
        );
    }
    earlier
}

/// What an authority and an identity that is given up have signed.
struct ByAuthority {
    certified: Value,
    credential: Credential,
    revocations: RevocationList,
    succession: Succession,
}

fn by_authority(bytes: &mut Bytes) -> ByAuthority {
    let (authority, old, new) = (keys(2).identity(), keys(0).identity(), keys(1).identity());
    let validity = Validity::starting(NOW, 86_400);
    let names = vec![NAMES[0].to_owned(), "a second name".to_owned()];
    let made = Credential::issue(
        authority,
        Serial([0x11; 16]),
        old.did().clone(),
        names,
        validity,
    );
    note(bytes, "credential", credential::DOMAIN, &made.form());
    let serials = vec![Serial([0x22; 16]), Serial([0x11; 16])];
    let revocations = RevocationList::issue(authority, 3, validity, serials);
    note(
        bytes,
        "revocations",
        revocation::DOMAIN,
        &revocations.form(),
    );
    let succession = Succession::new(old, new, NOW);
    note(bytes, "succession", succession::DOMAIN, &succession.form());

    let certificates = BTreeMap::from([("tls".to_owned(), vec![ByteBuf::from(vec![0x30, 0])])]);
    let entry = RosterEntry {
        name: NAMES[0].to_owned(),
        addresses: Vec::new(),
        introduction: introduced(0, SESSION, NAMES[0]),
        endorsement: Endorsement::Ca {
            authority: authority.did().clone(),
            credential: Box::new(made.clone()),
            certificates,
        },
    };
    let roster = Roster::build(SESSION, EPOCH, Vec::new(), vec![entry]).unwrap();
    note(bytes, "certified roster", ROSTER, &roster_form(&roster));
    ByAuthority {
        certified: json!({ "roster": roster, "hash": roster.hash() }),
        credential: made,
        revocations,
        succession,
    }
}

/// Every way to end, and its form.
fn endings() -> Vec<(Ending, String)> {
    let all = [
        Ending::Exited(0),
        Ending::Exited(-1),
        Ending::Signalled(9),
        Ending::TimedOut,
        Ending::Cancelled,
        Ending::NotStarted("no such file".to_owned()),
    ];
    let form = |ending: Ending| {
        let statement = e3_session::types::Statement::sign(
            keys(0),
            PartyIndex(0),
            e3_session::types::Digest([0; 32]),
            ending.clone(),
            e3_session::types::Digest([0; 32]),
            PlaceKind::Namespace,
        );
        let mut bytes = Vec::new();
        ciborium::into_writer(&statement.form(), &mut bytes).unwrap();
        let parts: Vec<ciborium::Value> = ciborium::from_reader(bytes.as_slice()).unwrap();
        let mut bytes = Vec::new();
        ciborium::into_writer(&parts[2], &mut bytes).unwrap();
        (ending, hex(&bytes))
    };
    all.into_iter().map(form).collect()
}
