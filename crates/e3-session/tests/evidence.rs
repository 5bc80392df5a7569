//! Whom an agent does not believe, and that it says who it is.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

mod common;

use std::collections::BTreeMap;

use common::scene::{self, Counters, KINDS, NOW, SESSION, introduced, keys, perform, request};
use e3_identity::{
    Documents, Endorsement, Introduction, PartyKeys, Pin, Policy, Signature, Validity,
};
use e3_session::{
    agent::{AgentMachine, MachineError, Step},
    message::{Refusal, RefusalCode, Reply, Request, RequestKind, Settings, ToAgent, ToController},
    types::{
        Admission, Ending, Nonce, PartyIndex, PlaceKind, Roster, RosterEntry, RunId, SessionId,
        Statement,
    },
};

/// The number of what a test asks.
const ASKED: u32 = 5000;

/// An agent that believes by this policy, and was asked everything up to this kind.
fn agent_after(last: RequestKind, policy: &Policy) -> AgentMachine {
    let mut machine = AgentMachine::new();
    for (id, kind) in (1..).zip(KINDS) {
        let mut asked = request(kind, Counters::default(), &machine);
        if let Request::Prepare(Settings { policy: told, .. }) = &mut asked {
            told.clone_from(policy);
        }
        if let Request::Endorse { endorsement } = &mut asked {
            *endorsement = endorsed(policy);
        }
        let step = machine.receive(ToAgent {
            id,
            request: asked.clone(),
        });
        assert!(matches!(step, Step::Perform(_)), "{step:?}");
        let reply = perform(&asked, &mut machine);
        machine.answer(id, reply).unwrap();
        if kind == last {
            break;
        }
    }
    machine
}

fn endorsed(policy: &Policy) -> Endorsement {
    match policy {
        Policy::Did { .. } => Endorsement::Did,
        _ => Endorsement::Pinned,
    }
}

/// Why a roster is not admitted by this policy at this time.
fn untrusted(policy: &Policy, now: u64, change: impl FnOnce(&mut Vec<RosterEntry>)) -> String {
    let mut machine = agent_after(RequestKind::Endorse, policy);
    let mut roster = scene::roster(1);
    for entry in &mut roster.parties {
        entry.endorsement = endorsed(policy);
    }
    change(&mut roster.parties);
    let hash = roster.hash();
    let step = machine.receive(ToAgent {
        id: ASKED,
        request: Request::Admit { roster },
    });
    assert!(matches!(step, Step::Perform(_)), "{step:?}");
    let refusal = machine.verify(Documents::new(), now).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Untrusted);
    // Nor can the agent's own code admit it all the same.
    let admitted = Reply::Admitted {
        roster: hash,
        admission: scene::admission(1, hash),
    };
    assert!(matches!(
        machine.answer(ASKED, admitted),
        Err(MachineError::Unverified)
    ));
    refusal.message
}

fn refusal(machine: &mut AgentMachine, request: Request) -> Refusal {
    match machine.receive(ToAgent { id: ASKED, request }) {
        Step::Answer(ToController {
            re: ASKED,
            reply: Reply::Refused(refusal),
        }) => refusal,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

fn first_use() -> Policy {
    scene::policy()
}

#[test]
fn a_roster_without_verification_is_never_admitted() {
    let mut machine = agent_after(RequestKind::Endorse, &first_use());
    let roster = scene::roster(1);
    let admitted = Reply::Admitted {
        roster: roster.hash(),
        admission: scene::admission(1, roster.hash()),
    };
    machine.receive(ToAgent {
        id: ASKED,
        request: Request::Admit { roster },
    });
    assert!(matches!(
        machine.answer(ASKED, admitted),
        Err(MachineError::Unverified)
    ));
    assert_eq!(machine.knowledge().roster(), None);
}

#[test]
fn a_replayed_introduction() {
    let yesterday = SessionId([1; 16]);
    let said = untrusted(&first_use(), NOW, |parties| {
        parties[2].introduction = introduced(2, yesterday, "singapore");
    });
    assert!(
        said.contains("\"singapore\"") && said.contains("of session 0101"),
        "{said}"
    );
    // Changing its session by hand does not help.
    let said = untrusted(&first_use(), NOW, |parties| {
        parties[2].introduction = introduced(2, yesterday, "singapore");
        parties[2].introduction.session = SESSION.0;
    });
    assert!(said.contains("\"singapore\" is not signed"), "{said}");
}

#[test]
fn an_expired_introduction_and_one_that_is_not_good_yet() {
    let said = untrusted(&first_use(), NOW + 3600 + 61, |_| {});
    assert!(said.contains("\"amsterdam\" was good until"), "{said}");
    let said = untrusted(&first_use(), NOW - 61, |_| {});
    assert!(said.contains("\"amsterdam\" is good from"), "{said}");
}

#[test]
fn an_introduction_under_another_name() {
    let said = untrusted(&first_use(), NOW, |parties| {
        let (first, last) = (
            parties[0].introduction.clone(),
            parties[2].introduction.clone(),
        );
        parties[0].introduction = last;
        parties[2].introduction = first;
    });
    assert!(
        said.contains("\"amsterdam\" was made under the name \"singapore\""),
        "{said}"
    );
}

#[test]
fn an_introduction_that_was_changed_on_the_way() {
    let said = untrusted(&first_use(), NOW, |parties| {
        parties[0].introduction.sealing_key = [9; 32];
    });
    assert!(said.contains("\"amsterdam\" is not signed"), "{said}");
}

#[test]
fn a_changed_pin() {
    let pins = BTreeMap::from([
        ("amsterdam".to_owned(), Pin::Did(keys(1).did().clone())),
        ("new-york".to_owned(), Pin::Did(keys(1).did().clone())),
    ]);
    let policy = Policy::Pinned {
        pins,
        first_use: true,
    };
    let said = untrusted(&policy, NOW, |_| {});
    assert!(said.contains("\"amsterdam\" IS NOT WHO IT WAS"), "{said}");
    assert!(said.contains("--accept amsterdam"), "{said}");
    for did in [keys(0).did(), keys(1).did()] {
        assert!(said.contains(did.as_str()), "{said}");
    }
}

#[test]
fn a_stranger() {
    let known = [("amsterdam", 0), ("new-york", 1)];
    let pins = known.map(|(name, party)| (name.to_owned(), Pin::Did(keys(party).did().clone())));
    let policy = Policy::Pinned {
        pins: pins.into(),
        first_use: false,
    };
    let said = untrusted(&policy, NOW, |_| {});
    assert!(
        said.contains("no DID is pinned for \"singapore\""),
        "{said}"
    );

    let dids = known.map(|(name, party)| (name.to_owned(), keys(party).did().clone()));
    let listed = Policy::Did { dids: dids.into() };
    let said = untrusted(&listed, NOW, |_| {});
    assert!(
        said.contains("no DID is listed for \"singapore\""),
        "{said}"
    );
}

#[test]
fn another_kind_of_endorsement() {
    let said = untrusted(&first_use(), NOW, |parties| {
        parties[0].endorsement = Endorsement::Did;
    });
    assert!(said.contains("\"amsterdam\""), "{said}");
}

#[test]
fn admissions_that_are_not_everybodys() {
    let refused = |change: &dyn Fn(&mut Vec<Admission>), says: &str| {
        let mut machine = agent_after(RequestKind::Admit, &first_use());
        let mut admissions = scene::admissions(0);
        change(&mut admissions);
        let refusal = refusal(&mut machine, Request::Reveal { admissions });
        assert_eq!(refusal.code, RefusalCode::Untrusted);
        assert!(refusal.message.contains(says), "{refusal}");
    };
    refused(&|shown| shown.truncate(2), "one of each of 3");
    refused(
        &|shown| shown[2] = shown[0].clone(),
        "of party amsterdam stands where that of party singapore",
    );
    // Of another roster: somebody was shown other parties.
    refused(
        &|shown| shown[2] = scene::admission(2, scene::roster(7).hash()),
        "admission of party singapore is not signed",
    );
    // By a member in another's name.
    refused(
        &|shown| {
            let (roster, nonce) = (scene::roster(0).hash(), scene::nonce(2));
            shown[2] = Admission::sign(keys(0), roster, PartyIndex(2), &nonce);
        },
        "admission of party singapore is not signed",
    );
    // This party's own, to another nonce: only its keys could sign that.
    refused(
        &|shown| {
            let roster = scene::roster(0).hash();
            shown[1] = Admission::sign(keys(1), roster, PartyIndex(1), &Nonce([0; 32]));
        },
        "party new-york, which is this one",
    );
}

#[test]
fn a_nonce_that_was_chosen_late() {
    let mut machine = agent_after(RequestKind::Reveal, &first_use());
    let mut nonces = scene::nonces();
    nonces[0] = Nonce([0; 32]);
    let refusal = refusal(&mut machine, Request::Compare { nonces });
    assert!(
        refusal.message.contains("nonce of party amsterdam"),
        "{refusal}"
    );
}

#[test]
fn an_agent_reveals_what_it_has_committed_itself_to() {
    let mut machine = agent_after(RequestKind::Admit, &first_use());
    let admissions = scene::admissions(0);
    machine.receive(ToAgent {
        id: ASKED,
        request: Request::Reveal { admissions },
    });
    let nonce = Nonce([0; 32]);
    assert!(matches!(
        machine.answer(ASKED, Reply::Revealed { nonce }),
        Err(MachineError::OtherNonce)
    ));
}

#[test]
fn a_program_and_an_overlay_mode_that_one_party_was_told_otherwise() {
    let disagreement = |change: &dyn Fn(&mut e3_session::types::Terms), says: &str| {
        let mut machine = agent_after(RequestKind::Agree, &first_use());
        let mut offers = scene::offers(0, RunId(0));
        change(&mut offers[2].terms);
        let refusal = refusal(&mut machine, Request::Confirm { offers });
        assert_eq!(refusal.code, RefusalCode::Disagreement);
        assert!(refusal.message.contains(says), "{refusal}");
    };
    disagreement(
        &|terms| terms.program = e3_session::types::Digest([0; 32]),
        "(party singapore)",
    );
    disagreement(
        &|terms| terms.mode = "tls".to_owned(),
        "mode: plain (parties amsterdam, new-york), tls (party singapore)",
    );
}

/// A courier that changes an offer on its way does not get its party's signature over that.
#[test]
fn an_agreement_that_another_party_did_not_sign() {
    let run = |change: &dyn Fn(&mut Vec<Signature>)| {
        let mut agreed = scene::agreement(0, RunId(0));
        change(&mut agreed.signatures);
        let mut machine = agent_after(RequestKind::Confirm, &first_use());
        let run = Request::Run {
            agreement: agreed.hash(),
            signatures: agreed.signatures,
        };
        let refusal = refusal(&mut machine, run);
        assert_eq!(refusal.code, RefusalCode::Untrusted);
        refusal.message
    };
    let said = run(&|signatures| signatures.truncate(2));
    assert!(said.contains("one of each of 3"), "{said}");
    let said = run(&|signatures| signatures.swap(0, 2));
    assert!(
        said.contains("agreement of party amsterdam is not signed"),
        "{said}"
    );
    let said = run(&|signatures| signatures[2] = scene::agreement(0, RunId(1)).signatures[2]);
    assert!(
        said.contains("agreement of party singapore is not signed"),
        "{said}"
    );
}

#[test]
fn statements_that_are_not_of_this_run_or_not_their_partys() {
    let hash = scene::agreement(0, RunId(0)).hash();
    let refused = |change: &dyn Fn(&mut Vec<Statement>), says: &str| {
        let mut machine = agent_after(RequestKind::Run, &first_use());
        let mut statements = scene::statements(hash);
        change(&mut statements);
        let refusal = refusal(&mut machine, Request::Conclude { statements });
        assert!(refusal.message.contains(says), "{refusal}");
    };
    refused(
        &|shown| shown[2].ending = Ending::Exited(1),
        "statement of party singapore is not signed",
    );
    refused(
        &|shown| shown[0] = scene::statement(0, scene::agreement(0, RunId(1)).hash()),
        "party amsterdam states how agreement",
    );
    refused(
        &|shown| drop(shown.remove(1)),
        "party new-york, which is this one",
    );
    refused(&|shown| shown.swap(0, 2), "stands where that of party");
    refused(&|shown| shown.push(shown[2].clone()), "stands where");
    // A party whose agent has died makes none, and the others conclude without it.
    let mut machine = agent_after(RequestKind::Run, &first_use());
    let mut statements = scene::statements(hash);
    statements.pop();
    let step = machine.receive(ToAgent {
        id: ASKED,
        request: Request::Conclude { statements },
    });
    assert!(matches!(step, Step::Perform(_)), "{step:?}");
}

#[test]
fn a_run_ends_with_the_statement_of_its_own_end() {
    let agreed = scene::agreement(0, RunId(0));
    let hash = agreed.hash();
    let run = Request::Run {
        agreement: hash,
        signatures: agreed.signatures,
    };
    let wrong = [
        None,
        Some(scene::statement(0, hash)),
        Some(scene::statement(1, scene::agreement(0, RunId(1)).hash())),
        Some(Statement::sign(
            keys(1),
            PartyIndex(1),
            hash,
            Ending::TimedOut,
            scene::opening(1).commitment(),
            scene::PLACE,
        )),
        // Not where it said that its program would run.
        Some(Statement::sign(
            keys(1),
            PartyIndex(1),
            hash,
            Ending::Exited(0),
            scene::opening(1).commitment(),
            PlaceKind::Forwards,
        )),
    ];
    for statement in wrong {
        let mut machine = agent_after(RequestKind::Confirm, &first_use());
        machine.receive(ToAgent {
            id: ASKED,
            request: run.clone(),
        });
        let answered = machine.answer(ASKED, scene::ended(statement));
        assert!(answered.is_err(), "{answered:?}");
    }
}

#[test]
fn an_agent_started_again_on_its_host_is_taken_by_a_later_roster() {
    // Its DID is the same, its keys for the session are not.
    let mut machine = agent_after(RequestKind::Connect, &first_use());
    let mut roster: Roster = scene::roster(1);
    let mut again = scene::introduction(2);
    again.sealing_key = [9; 32];
    roster.parties[2].introduction = scene::sign_again(2, again);
    let hash = roster.hash();
    let step = machine.receive(ToAgent {
        id: ASKED,
        request: Request::Admit { roster },
    });
    assert!(matches!(step, Step::Perform(_)), "{step:?}");
    machine.verify(Documents::new(), NOW).unwrap();
    let admitted = Reply::Admitted {
        roster: hash,
        admission: scene::admission(1, hash),
    };
    machine.answer(ASKED, admitted).unwrap();
}

#[test]
fn whoever_was_accepted_once_is_held_to_that_in_later_rosters() {
    for left_out in [false, true] {
        let mut machine = agent_after(RequestKind::Connect, &first_use());
        if left_out {
            let mut roster: Roster = scene::roster(1);
            roster.parties.truncate(2);
            let request = Request::Admit { roster };
            machine.receive(ToAgent {
                id: ASKED,
                request: request.clone(),
            });
            let reply = perform(&request, &mut machine);
            machine.answer(ASKED, reply).unwrap();
        }
        let mut roster: Roster = scene::roster(2);
        // A key of its own, which nobody has seen before, under a name that is taken.
        let other = PartyKeys::generate().unwrap();
        let validity = Validity::starting(NOW, 3600);
        roster.parties[2].introduction =
            Introduction::new(&other, SESSION.0, "singapore", validity, BTreeMap::new());
        machine.receive(ToAgent {
            id: ASKED + 1,
            request: Request::Admit { roster },
        });
        let refusal = machine.verify(Documents::new(), NOW).unwrap_err();
        assert!(
            refusal.message.contains("\"singapore\" IS NOT WHO IT WAS"),
            "{refusal}"
        );
    }
}
