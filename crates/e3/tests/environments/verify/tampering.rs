//! Ways to tamper with the record of a run. Whoever does so mends the hashes that stand beside what was changed.

use e3_identity::{Endorsement, Signature};
use e3_session::types::{Digest, Ending, Nonce, PartyIndex, PlaceKind, SessionId};
use serde_json::{Value, json};

use super::record::Record;

/// What is done, what `e3 verify` says of it, and how it is done; beside it lies the record of another run of the same
/// session.
type Tampering = (&'static str, &'static str, fn(&mut Record, &Record));

pub(super) const TAMPERINGS: &[Tampering] = &[
    (
        "another form",
        "roster.json is of the form \"e3/kept-roster/0\"",
        |record, _| "e3/kept-roster/0".clone_into(&mut record.roster.schema),
    ),
    (
        "another hash of the roster",
        "roster.json says that the hash of its roster is",
        |record, _| record.roster.hash = Digest([1; 32]),
    ),
    ("one party twice", "are both named \"h-0\"", |record, _| {
        let first = record.roster.roster.parties[0].clone();
        record.change_party(1, |entry| *entry = first);
    }),
    (
        "a party under another name",
        "the introduction of \"mallory\"",
        |record, _| record.change_party(1, |entry| "mallory".clone_into(&mut entry.name)),
    ),
    (
        "a party's DID in another's place",
        "roster.json: the introduction of \"h-0\"",
        |record, _| {
            let other = record.roster.roster.parties.remove(2).introduction.did;
            record.change_party(0, |entry| entry.introduction.did = other);
        },
    ),
    (
        "a sealing key",
        "roster.json: the introduction of \"h-1\"",
        |record, _| record.change_party(1, |entry| entry.introduction.sealing_key = [9; 32]),
    ),
    (
        "a longer lifetime",
        "roster.json: the introduction of \"h-2\"",
        |record, _| record.change_party(2, |entry| entry.introduction.not_after += 1),
    ),
    ("another session", "\"h-0\" is of session", |record, _| {
        record.roster.roster.session = SessionId([7; 16]);
        record.roster.hash = record.roster.roster.hash();
    }),
    (
        "a later epoch",
        "the admission of party h-0 is not signed",
        |record, _| {
            record.roster.roster.epoch += 1;
            record.roster.hash = record.roster.roster.hash();
        },
    ),
    (
        "parties in another order",
        "the admission of party h-2 is not signed",
        |record, _| {
            record.roster.roster.parties.swap(0, 2);
            record.roster.hash = record.roster.roster.hash();
        },
    ),
    (
        "another endorsement",
        "the admission of party h-0 is not signed",
        |record, _| record.change_party(1, |entry| entry.endorsement = Endorsement::Did),
    ),
    (
        "an admission less",
        "roster.json: 2 admissions are shown",
        |record, _| record.roster.admissions.truncate(2),
    ),
    (
        "an admission by somebody else",
        "the admission of party h-1 is not signed",
        |record, _| {
            record.roster.admissions[1].signature = record.roster.admissions[2].signature;
        },
    ),
    (
        "another nonce",
        "the nonce of party h-2 is not the one that it has committed itself to",
        |record, _| record.roster.nonces[2] = Nonce([3; 32]),
    ),
    (
        "other words",
        "roster.json says that the parties were shown the words \"other words\"",
        |record, _| "other words".clone_into(&mut record.roster.words),
    ),
    (
        "another hash of the agreement",
        "agreement.json says that the hash of its agreement is",
        |record, _| record.agreement.hash = Digest([1; 32]),
    ),
    (
        "another program",
        "the agreement of party h-0 is not signed",
        |record, _| record.change_terms(|terms| terms.program = Digest([2; 32])),
    ),
    (
        "other arguments",
        "the agreement of party h-0 is not signed",
        |record, _| record.change_terms(|terms| terms.arguments.push("--cheat".to_owned())),
    ),
    (
        "another overlay's mode",
        "the agreement of party h-0 is not signed",
        |record, _| record.change_terms(|terms| "sealed".clone_into(&mut terms.mode)),
    ),
    (
        "another roster's agreement",
        "agreement.json is about another roster",
        |record, _| record.change_terms(|terms| terms.roster = Digest([4; 32])),
    ),
    (
        "another policy",
        "party h-0 is endorsed as \"pinned\", and the policy that was agreed on is \"did\"",
        |record, _| record.change_terms(|terms| "did".clone_into(&mut terms.identity)),
    ),
    (
        "a signature of the agreement less",
        "agreement.json: 2 agreements are shown",
        |record, _| record.agreement.agreement.signatures.truncate(2),
    ),
    (
        "a signature of another",
        "the agreement of party h-2 is not signed",
        |record, other| {
            let signatures = &mut record.agreement.agreement.signatures;
            signatures[2] = other.agreement.agreement.signatures[2];
        },
    ),
    (
        "another offer",
        "the offer of party h-1 has another term",
        |record, _| record.agreement.offers[1].terms.threshold = Some(0),
    ),
    (
        "another outcome's agreement",
        "outcome.json is about agreement",
        |record, other| record.outcome = other.outcome.clone(),
    ),
    (
        "another exit code",
        "the statement of party h-1 is not signed",
        |record, _| record.outcome.statements[1].ending = Ending::Exited(1),
    ),
    (
        "another place",
        "the statement of party h-2 is not signed",
        |record, _| record.outcome.statements[2].place = Some(PlaceKind::Host),
    ),
    (
        "a place less",
        "the statement of party h-0 is not signed",
        |record, _| record.outcome.statements[0].place = None,
    ),
    (
        "a statement less",
        "the conclusion of party h-0 is not signed",
        |record, _| drop(record.outcome.statements.pop()),
    ),
    (
        "a statement under another's name",
        "the statement of party h-1 stands where that of party h-2 should",
        |record, _| record.outcome.statements.swap(1, 2),
    ),
    (
        "a conclusion less",
        "party h-2 has made no conclusion, and nothing says why",
        |record, _| record.outcome.conclusions.truncate(2),
    ),
    (
        "a conclusion by nobody",
        "the conclusion of party h-0 is not signed",
        |record, _| record.outcome.conclusions[0].signature = Signature([5; 64]),
    ),
    (
        "an excuse that nobody needs",
        "party h-1 could not sign, and it has signed everything",
        |record, _| {
            let excuse = "its host was on fire".to_owned();
            record.outcome.missing.insert(PartyIndex(1), excuse);
        },
    ),
    (
        "another salt",
        "what is shown of the output of party h-0 does not open",
        |record, _| {
            let opening = record.outcome.openings.get_mut(&PartyIndex(0)).unwrap();
            opening.salt = [6; 32];
        },
    ),
    (
        "another output",
        "party-1.out is not what party h-1 has signed: its SHA-256 is",
        |record, _| drop(record.outputs.insert(1, b"sum 7\n".to_vec())),
    ),
    (
        "half an output",
        "party-2.out is not what party h-2 has signed: it has 3 bytes",
        |record, _| drop(record.outputs.insert(2, b"sum".to_vec())),
    ),
    (
        "no output",
        "party-0.out, the outcome of party h-0, is not in the folder",
        |record, _| drop(record.outputs.remove(&0)),
    ),
    (
        "a record of another time",
        "the introduction of party h-0 was good from",
        |record, _| record.result["time"] = json!("2020-01-01T00:00:00Z"),
    ),
    (
        "a record of another run",
        "result.json says of run 2",
        |record, other| record.result = other.result.clone(),
    ),
    (
        "a record of another DID",
        "result.json says of the DID of party h-1",
        |record, _| record.result["parties"][1]["did"] = json!("did:key:z6Mk"),
    ),
    (
        "a record of another end",
        "result.json says of the end of party h-2",
        |record, _| record.result["parties"][2]["ending"] = json!({ "exited": 3 }),
    ),
    (
        "a record of another place",
        "result.json says of the place of party h-1 its host's network, and what was signed says a namespace of its own",
        |record, _| record.result["parties"][1]["place"] = json!("host"),
    ),
    (
        "a record of no place",
        "result.json says of the place of party h-1 nothing",
        |record, _| record.result["parties"][1]["place"] = Value::Null,
    ),
    (
        "a record of another overlay",
        "result.json says of overlay tls, and what was signed says quic",
        |record, _| record.result["overlay"] = json!("tls"),
    ),
    (
        "a record of another program",
        "result.json says of program",
        |record, _| record.result["agreement"]["program"] = json!("00"),
    ),
    (
        "a forged output without its opening",
        "party-1.out has 6 bytes, and nothing in outcome.json opens what party h-1 has signed",
        |record, _| {
            record.outcome.openings.remove(&PartyIndex(1));
            record.outputs.insert(1, b"sum 7\n".to_vec());
        },
    ),
    (
        "an opening of nobody",
        "outcome.json has an opening of party 9, which has made no statement",
        |record, _| {
            let opening = record.outcome.openings[&PartyIndex(0)].clone();
            record.outcome.openings.insert(PartyIndex(9), opening);
        },
    ),
    (
        "an excuse of nobody",
        "outcome.json has an excuse of party 77",
        |record, _| {
            let excuse = "who is that".to_owned();
            record.outcome.missing.insert(PartyIndex(77), excuse);
        },
    ),
    (
        "a conclusion twice",
        "outcome.json has more than one conclusion of party h-0",
        |record, _| {
            let first = record.outcome.conclusions[0].clone();
            record.outcome.conclusions.push(first);
        },
    ),
    (
        "an output of no party",
        "party-3.out is the outcome of no party",
        |record, _| drop(record.outputs.insert(3, b"sum 6\n".to_vec())),
    ),
    (
        "an offer less",
        "agreement.json: 2 offers are shown, expected one of each of 3 parties",
        |record, _| record.agreement.offers.truncate(2),
    ),
    (
        "the end left out",
        "this record is incomplete: nobody has signed how it ended for party h-0",
        |record, _| {
            let outcome = &mut record.outcome;
            outcome.statements.clear();
            outcome.conclusions.clear();
            outcome.openings.clear();
            let why = "its host was on fire".to_owned();
            outcome.missing = (0..3)
                .map(|party| (PartyIndex(party), why.clone()))
                .collect();
            for party in 0..3 {
                record.outputs.insert(party, Vec::new());
            }
            record.result["outcome"] = json!("none");
        },
    ),
    (
        "a record of another outcome",
        "result.json tells of another outcome than party-N.out hold",
        |record, _| record.result["outcome"] = json!({ "same": "sum 7\n" }),
    ),
    (
        "a record of another exit code",
        "result.json says of the exit code of party h-1 Some(5)",
        |record, _| record.result["parties"][1]["exit"] = json!(5),
    ),
    (
        "a record of another index",
        "result.json says of the index of party h-0 1, and what was signed says 0",
        |record, _| record.result["parties"][0]["index"] = json!(1),
    ),
    (
        "a record of another program's name",
        "result.json says of the program's name evil.py, and what was signed says program.py",
        |record, _| record.result["program"] = json!("evil.py"),
    ),
    (
        "a record of other words",
        "result.json says of words a b c d",
        |record, _| record.result["agreement"]["words"] = json!("a b c d"),
    ),
];
