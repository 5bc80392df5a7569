//! Answers from what was found and judged.

use e3_evaluate::finding::{Question, Seen};

use super::*;
use crate::{
    identifier::{Identifier, Kind, Value},
    search::{Search, Seen as Searched},
    traffic::{Pair, Path, Sum},
};

fn search() -> Search {
    Search::new(vec![
        Identifier::text(Kind::Name, 0, "the name of anna".into(), "anna-quokka"),
        Identifier::text(Kind::Name, 1, "the name of ben".into(), "ben-wombat"),
        Identifier::text(Kind::Did, 1, "the DID of ben".into(), "did:web:ben.example"),
        Identifier::of_run(
            Kind::Program,
            "the program's name",
            Value::Text("average.py".into()),
        ),
    ])
    .unwrap()
}

fn pair(from: usize, to: usize, told: bool, factor: f64) -> Pair {
    Pair {
        from,
        to,
        best: Some((Path::Direct, 0.9)),
        told,
        factor: told.then_some(factor),
    }
}

fn judged(pairs: Vec<Pair>, sums: Vec<Sum>) -> Judgement {
    Judgement {
        pairs,
        sums,
        silent: vec![(0, 2)],
        threshold: 0.25,
    }
}

const PARTIES: [&str; 3] = ["anna", "ben", "carla"];

/// What is answered to a question.
fn asked(
    bytes: &[u8],
    own: &[usize],
    judged: Option<&Judgement>,
) -> impl Fn(Question) -> Answer + use<> {
    let search = search();
    let mut seen = Searched::new(&search);
    seen.bytes("a.log", bytes);
    let parties = PARTIES.map(str::to_owned);
    let found = seen.found();
    let all = answers(&Sight {
        parties: &parties,
        own: own.iter().copied().collect(),
        customers: BTreeSet::new(),
        known: search.identifiers(),
        found: &found,
        judged,
    });
    assert_eq!(all.len(), Question::ALL.len());
    move |question| {
        let one = all.iter().find(|answer| answer.question == question);
        one.unwrap().clone()
    }
}

#[test]
fn identifiers_answer_for_those_to_whom_they_belong() {
    let asked = asked(b"ben-wombat runs average.py", &[], None);
    assert_eq!(asked(Question::Names).seen, Seen::Partly("of ben".into()));
    let evidence = ["the name of ben, plain: a.log, byte 0"];
    assert_eq!(asked(Question::Names).evidence, evidence);
    assert_eq!(asked(Question::Dids).seen, Seen::No);
    let none = Seen::NotApplicable("the parties have none".into());
    assert_eq!(asked(Question::Certificates).seen, none);
    assert_eq!(asked(Question::Program).seen, Seen::Yes);
    let participants = asked(Question::Participants);
    assert_eq!(participants.seen, Seen::Partly("of ben".into()));
    assert_eq!(participants.evidence, ["ben by name"]);
    assert_eq!(asked(Question::Pairs).seen, Seen::No);
}

#[test]
fn what_a_party_knows_of_itself_tells_nothing() {
    let own = asked(b"ben-wombat", &[1], None);
    assert_eq!(own(Question::Names).seen, Seen::No);
    let others = asked(b"ben-wombat and anna-quokka", &[2], None);
    assert_eq!(others(Question::Names).seen, Seen::Yes);
}

#[test]
fn all_pairs_are_all_times() {
    let pairs = vec![pair(0, 1, true, 1.1), pair(1, 0, true, 1.2)];
    let asked = asked(b"", &[], Some(&judged(pairs, Vec::new())));
    for question in [Question::Pairs, Question::Times, Question::Volumes] {
        assert_eq!(asked(question).seen, Seen::Yes, "{question:?}");
    }
    let evidence = asked(Question::Pairs).evidence;
    assert_eq!(
        evidence[0],
        "anna → ben: correlation 0.90 by their addresses, told"
    );
    assert!(evidence.last().unwrap().contains("anna–carla"));
}

#[test]
fn some_pairs_are_a_part() {
    let pairs = vec![pair(0, 1, true, 1.1), pair(1, 2, false, 0.0)];
    let asked = asked(b"", &[], Some(&judged(pairs, Vec::new())));
    assert_eq!(
        asked(Question::Pairs).seen,
        Seen::Partly("anna → ben".into())
    );
    assert_eq!(
        asked(Question::Times).seen,
        Seen::Partly("of 1 pairs".into())
    );
}

#[test]
fn without_pairs_a_party_may_be_told() {
    let sum = Sum {
        from: 0,
        score: 0.8,
        told: true,
        factor: Some(1.3),
    };
    let asked = asked(
        b"",
        &[],
        Some(&judged(vec![pair(0, 1, false, 0.0)], vec![sum])),
    );
    assert_eq!(asked(Question::Pairs).seen, Seen::No);
    let partly = Seen::Partly("of anna, to all together".into());
    assert_eq!(asked(Question::Times).seen, partly);
    assert_eq!(asked(Question::Volumes).seen, partly);
}

#[test]
fn volumes_that_do_not_agree_are_none() {
    let pairs = vec![
        pair(0, 1, true, 1.1),
        pair(1, 0, true, 1.15),
        pair(1, 2, true, 9.0),
    ];
    let asked = asked(b"", &[], Some(&judged(pairs, Vec::new())));
    assert_eq!(
        asked(Question::Volumes).seen,
        Seen::Partly("of 2 pairs".into())
    );
}

#[test]
fn a_customers_address_tells_its_provider_nothing() {
    let address = |party, text: &str| {
        let value = Value::Address(text.parse().unwrap());
        Identifier::of(Kind::Address, party, PARTIES[party].to_owned(), value)
    };
    let search = Search::new(vec![address(0, "198.18.0.1"), address(1, "198.18.0.2")]).unwrap();
    let parties = PARTIES.map(str::to_owned);
    let answered = |bytes: &[u8]| {
        let mut seen = Searched::new(&search);
        seen.bytes("a.log", bytes);
        let found = seen.found();
        let all = answers(&Sight {
            parties: &parties[..2],
            own: BTreeSet::new(),
            customers: BTreeSet::from([0]),
            known: search.identifiers(),
            found: &found,
            judged: None,
        });
        let of = |question| all.iter().find(|one| one.question == question).unwrap();
        [Question::Participants, Question::Addresses].map(|question| of(question).seen.clone())
    };
    assert_eq!(answered(b"198.18.0.1"), [Seen::No, Seen::No]);
    assert_eq!(answered(b"198.18.0.1 198.18.0.2"), [Seen::Yes, Seen::Yes]);
}
