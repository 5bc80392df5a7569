//! What an agent does not let itself be told, and what its own code must not say.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

mod common;

use common::scene::{self, Counters, KINDS, NAMES, NOW, SESSION, offers, perform, request};
use e3_identity::{Documents, Endorsement};
use e3_session::{
    agent::{AgentMachine, MachineError, Step},
    frame::MAX_BLOB,
    message::{
        PROTOCOL, Refusal, RefusalCode, Reply, Request, RequestKind, SendBlob, ToAgent,
        ToController,
    },
    order::Phase,
    types::{
        Command, Contact, Dial, Digest, FileEntry, InputSource, Kind, Nonce, PartyIndex, Ports,
        Roster, RunId, SessionId,
    },
};
use serde_bytes::ByteBuf;

/// An agent that was rightly asked everything up to this kind, and did it.
fn agent_after(last: RequestKind) -> AgentMachine {
    let mut machine = AgentMachine::new();
    for (id, kind) in (1..).zip(KINDS) {
        let request = request(kind, Counters::default(), &machine);
        let step = machine.receive(ToAgent {
            id,
            request: request.clone(),
        });
        assert!(matches!(step, Step::Perform(_)), "{step:?}");
        let reply = perform(&request, &mut machine);
        machine.answer(id, reply).unwrap();
        if kind == last {
            break;
        }
    }
    machine
}

fn refusal(machine: &mut AgentMachine, id: u32, request: Request) -> Refusal {
    match machine.receive(ToAgent { id, request }) {
        Step::Answer(ToController {
            re,
            reply: Reply::Refused(refusal),
        }) if re == id => refusal,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

#[track_caller]
fn refused(after: RequestKind, request: Request, code: RefusalCode, says: &str) {
    let mut machine = agent_after(after);
    let phase = machine.phase();
    let kind = request.kind();
    let refusal = refusal(&mut machine, 5000, request);
    assert_eq!(refusal.code, code, "{refusal}");
    assert!(refusal.message.contains(says), "{refusal}");
    // `stage` abandons what was staged even when it is refused.
    if kind != RequestKind::Stage {
        assert_eq!(machine.phase(), phase);
    }
}

fn admit(change: impl FnOnce(&mut Roster)) -> Request {
    let mut roster = scene::roster(3);
    change(&mut roster);
    Request::Admit { roster }
}

#[test]
fn another_version() {
    let mut machine = AgentMachine::new();
    let hello = Request::Hello {
        protocol: PROTOCOL + 1,
        session: SESSION,
        name: NAMES[1].to_owned(),
        folder: String::new(),
    };
    let refusal = refusal(&mut machine, 1, hello);
    assert_eq!(refusal.code, RefusalCode::Version);
    assert_eq!(machine.phase(), Phase::New);
}

#[test]
fn a_second_hello() {
    let again = request(
        RequestKind::Hello,
        Counters::default(),
        &AgentMachine::new(),
    );
    refused(
        RequestKind::Hello,
        again,
        RefusalCode::OutOfOrder,
        "`prepare` follows",
    );
}

#[test]
fn rosters_that_are_not_what_this_agent_knows() {
    let mismatch = |roster, says| {
        refused(RequestKind::Endorse, roster, RefusalCode::Mismatch, says);
    };
    mismatch(
        admit(|roster| roster.session = SessionId([1; 16])),
        "session",
    );
    mismatch(admit(|roster| roster.parties.clear()), "at least one");
    mismatch(
        admit(|roster| roster.parties[1].name = "elsewhere".to_owned()),
        "no party named \"new-york\"",
    );
    mismatch(
        admit(|roster| roster.parties[1].introduction.sealing_key = [9; 32]),
        "not the one that this agent gave",
    );
    mismatch(
        admit(|roster| roster.parties[1].endorsement = Endorsement::Did),
        "endorsement of \"new-york\" is not the one",
    );
    mismatch(
        admit(|roster| roster.parties[1].introduction.overlays.clear()),
        "not the one that this agent gave",
    );
    mismatch(
        admit(|roster| roster.parties[2].name = roster.parties[0].name.clone()),
        "both named",
    );
    mismatch(
        admit(|roster| {
            roster.parties[2].introduction = roster.parties[0].introduction.clone();
        }),
        "\"amsterdam\" and \"singapore\" have the same DID",
    );
}

#[test]
fn a_roster_that_is_not_newer() {
    refused(
        RequestKind::Connect,
        admit(|roster| roster.epoch = 0),
        RefusalCode::Mismatch,
        "epoch 0 is admitted already",
    );
    let mut machine = agent_after(RequestKind::Confirm);
    let step = machine.receive(ToAgent {
        id: 5000,
        request: admit(|_| {}),
    });
    assert!(matches!(step, Step::Perform(_)));
    let hash = scene::roster(3).hash();
    let admitted = Reply::Admitted {
        roster: hash,
        admission: scene::admission(1, hash),
    };
    machine.verify(Documents::new(), NOW).unwrap();
    machine.answer(5000, admitted).unwrap();
    assert_eq!(machine.phase(), Phase::Admitted);
    assert_eq!(machine.knowledge().roster(), Some(&scene::roster(3)));
    assert_eq!(machine.knowledge().agreement(), None);
}

#[test]
fn a_roster_while_a_run_goes_on() {
    let mut machine = agent_after(RequestKind::Confirm);
    let run = request(RequestKind::Run, Counters::default(), &machine);
    machine.receive(ToAgent {
        id: 5000,
        request: run,
    });
    let refusal = refusal(&mut machine, 5001, admit(|_| {}));
    assert_eq!(refusal.code, RefusalCode::OutOfOrder);
    assert!(
        refusal.message.contains("`run` (request 5000)"),
        "{refusal}"
    );
}

#[test]
fn contacts_of_nobody_or_twice() {
    let connect = |parties: &[u16]| {
        let contact = |party: &u16| Contact {
            party: PartyIndex(*party),
            sequence: 1,
            addresses: vec![],
        };
        Request::Connect {
            contacts: parties.iter().map(contact).collect(),
            dial: e3_session::types::Dial::Mesh,
            ports: Ports::one(4000),
            timeout_ms: 1,
        }
    };
    let mismatch = |parties: &[u16], says| {
        refused(
            RequestKind::Compare,
            connect(parties),
            RefusalCode::Mismatch,
            says,
        );
    };
    mismatch(&[0, 3], "party 3");
    mismatch(&[0, 2, 0], "party amsterdam has two");
}

fn stage(change: impl FnOnce(&mut e3_session::types::Program, &mut InputSource)) -> Request {
    let mut program = scene::program();
    let mut input = InputSource::None;
    change(&mut program, &mut input);
    Request::Stage {
        run: RunId(7),
        program,
        input,
        output: e3_session::types::OutputPolicy::Collect,
    }
}

#[test]
fn programs_that_could_leave_their_folder() {
    let unusable = |stage, says| refused(RequestKind::Connect, stage, RefusalCode::Unusable, says);
    for path in [
        "../a.py",
        "/etc/passwd",
        "a//b",
        "",
        "a/./b",
        "a\\b",
        "a\nb",
    ] {
        let file = FileEntry {
            path: path.to_owned(),
            sha256: Digest([0; 32]),
            size: 0,
            executable: false,
        };
        unusable(
            stage(|program, _| program.manifest.files.insert(0, file)),
            "no plain relative path",
        );
    }
    unusable(
        stage(|program, _| program.manifest.files.reverse()),
        "sorted",
    );
    unusable(
        stage(|program, _| program.entry = "other.py".to_owned()),
        "not among its 2 files",
    );
    unusable(
        stage(|_, input| {
            *input = InputSource::Sent {
                name: "../input".to_owned(),
                sha256: Digest([0; 32]),
                size: 0,
            };
        }),
        "no plain file name",
    );
}

/// A command that begins with a file, and has a variable.
fn command(entry: &'static str, variable: &'static str) -> Request {
    stage(move |program, _| {
        entry.clone_into(&mut program.entry);
        program.kind = Kind::Command(Command {
            environment: vec![(variable.to_owned(), "{index}".to_owned())],
            input_as: None,
            dial: Dial::Mesh,
            interpreter: None,
        });
    })
}

#[test]
fn commands_that_start_what_does_not_travel_or_take_the_agents_own_variables() {
    let unusable = |stage, says| refused(RequestKind::Connect, stage, RefusalCode::Unusable, says);
    unusable(command("./other.py", "A"), "not among its 2 files");
    unusable(command("sh", "E3_PARTY"), "a variable \"E3_PARTY\"");
    unusable(command("sh", "A=B"), "a variable \"A=B\"");
    for entry in ["./average.py", "sh", "/bin/sh", "{python}"] {
        let mut machine = agent_after(RequestKind::Connect);
        let taken = machine.receive(ToAgent {
            id: 5000,
            request: command(entry, "RANK"),
        });
        assert!(matches!(taken, Step::Perform(_)), "{entry}: {taken:?}");
    }
}

#[test]
fn a_run_that_was_staged_before() {
    refused(
        RequestKind::Confirm,
        request(
            RequestKind::Stage,
            Counters::default(),
            &AgentMachine::new(),
        ),
        RefusalCode::Mismatch,
        "run 0 comes after run 0",
    );
}

#[test]
fn staging_abandons_what_was_agreed() {
    let mut machine = agent_after(RequestKind::Confirm);
    assert!(machine.knowledge().agreement().is_some());
    let staged_before = request(RequestKind::Stage, Counters::default(), &machine);
    refusal(&mut machine, 5000, staged_before);
    assert_eq!(machine.phase(), Phase::Connected);
    assert_eq!(machine.knowledge().run(), None);
    assert_eq!(machine.knowledge().offer(), None);
    assert_eq!(machine.knowledge().agreement(), None);
}

#[test]
fn a_piece_that_is_too_long() {
    let piece = |length| {
        Request::Blob(SendBlob {
            sha256: Digest([0; 32]),
            offset: 0,
            data: ByteBuf::from(vec![0; length]),
            last: true,
        })
    };
    refused(
        RequestKind::Stage,
        piece(MAX_BLOB + 1),
        RefusalCode::Unusable,
        "smaller pieces",
    );
    let mut machine = agent_after(RequestKind::Stage);
    let step = machine.receive(ToAgent {
        id: 5000,
        request: piece(MAX_BLOB),
    });
    assert!(matches!(step, Step::Perform(_)));
}

#[test]
fn an_agreement_on_another_run() {
    refused(
        RequestKind::Stage,
        Request::Agree { run: RunId(9) },
        RefusalCode::Mismatch,
        "run 0 is staged",
    );
}

#[test]
fn offers_that_are_incomplete_or_changed() {
    let confirm = |change: &dyn Fn(&mut Vec<_>)| {
        let mut offers = offers(0, RunId(0));
        change(&mut offers);
        Request::Confirm { offers }
    };
    let mismatch =
        |confirm, says| refused(RequestKind::Agree, confirm, RefusalCode::Mismatch, says);
    mismatch(confirm(&|offers| drop(offers.pop())), "one of each of 3");
    mismatch(confirm(&|offers| offers.swap(0, 2)), "order of indices");
    mismatch(
        confirm(&|offers| offers[1].nonce = Nonce([0; 32])),
        "own offer",
    );
    mismatch(
        confirm(&|offers| {
            for offer in offers {
                offer.terms.threshold = Some(0);
            }
        }),
        "own offer",
    );
}

#[test]
fn a_disagreement_names_terms_values_and_parties() {
    let mut offers = offers(0, RunId(0));
    offers[2].terms.threshold = Some(2);
    let mut machine = agent_after(RequestKind::Agree);
    let refusal = refusal(&mut machine, 5000, Request::Confirm { offers });
    assert_eq!(refusal.code, RefusalCode::Disagreement);
    assert_eq!(
        refusal.message,
        "the parties would not run the same: threshold: 1 (parties amsterdam, new-york), 2 (party singapore)"
    );
    assert_eq!(refusal.differences.len(), 1);
    assert_eq!(machine.knowledge().agreement(), None);
}

#[test]
fn a_run_of_something_else() {
    refused(
        RequestKind::Confirm,
        Request::Run {
            agreement: Digest([1; 32]),
            signatures: scene::agreement(0, RunId(0)).signatures,
        },
        RefusalCode::Mismatch,
        "not the one that this party confirmed",
    );
}

#[test]
fn an_agreement_is_run_once() {
    let agreed = scene::agreement(0, RunId(0));
    let run = Request::Run {
        agreement: agreed.hash(),
        signatures: agreed.signatures,
    };
    refused(
        RequestKind::Run,
        run,
        RefusalCode::OutOfOrder,
        "`conclude` follows",
    );
}

#[test]
fn messages_of_and_pings_to_nobody() {
    for party in [PartyIndex(1), PartyIndex(3)] {
        let says = format!("party {party} is no other party");
        let deliver = Request::Deliver {
            from: party,
            sealed: ByteBuf::new(),
        };
        refused(RequestKind::Admit, deliver, RefusalCode::Mismatch, &says);
        refused(
            RequestKind::Connect,
            Request::Ping { peer: party },
            RefusalCode::Mismatch,
            &says,
        );
    }
}

#[test]
fn numbers_that_do_not_grow() {
    let mut machine = agent_after(RequestKind::Connect);
    machine.receive(ToAgent {
        id: 5000,
        request: Request::Links,
    });
    let again = |id| ToAgent {
        id,
        request: Request::Links,
    };
    let refusal = refusal(&mut machine, 4999, Request::Links);
    assert_eq!(refusal.code, RefusalCode::OutOfOrder);
    // A refusal would end the request that is still open.
    for id in [5000, 0] {
        let step = machine.receive(again(id));
        assert!(
            matches!(
                &step,
                Step::Answer(ToController {
                    re: 0,
                    reply: Reply::Notice { .. }
                })
            ),
            "{step:?}"
        );
    }
}

#[test]
fn an_agent_does_not_contradict_itself() {
    let mut machine = agent_after(RequestKind::Stage);
    machine.receive(ToAgent {
        id: 5000,
        request: Request::Agree { run: RunId(0) },
    });
    let answer = |machine: &mut AgentMachine, change: &dyn Fn(&mut e3_session::types::Offer)| {
        let mut offer = scene::offer(1, 0, RunId(0));
        change(&mut offer);
        machine.answer(
            5000,
            Reply::Offered {
                offer: Box::new(offer),
            },
        )
    };
    assert!(matches!(
        answer(&mut machine, &|offer| offer.party = PartyIndex(0)),
        Err(MachineError::OtherTerm { term: "party", .. })
    ));
    assert!(matches!(
        answer(&mut machine, &|offer| offer.terms.roster = Digest([0; 32])),
        Err(MachineError::OtherHash { .. })
    ));
    assert!(matches!(
        answer(&mut machine, &|offer| offer.terms.run = RunId(1)),
        Err(MachineError::OtherTerm { term: "run", .. })
    ));
    assert!(matches!(
        machine.answer(5000, Reply::Stored),
        Err(MachineError::WrongReply { .. })
    ));
    assert!(matches!(
        machine.answer(1, Reply::Stored),
        Err(MachineError::NotAsked { .. })
    ));
    assert_eq!(machine.phase(), Phase::Staged);
    assert!(answer(&mut machine, &|_| {}).is_ok());
    assert_eq!(machine.phase(), Phase::Offered);
}
