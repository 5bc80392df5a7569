//! Both machines, with nothing but bytes between them.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

mod common;

use std::collections::{BTreeMap, VecDeque};

use common::scene::{self, Counters, KINDS, perform, request};
use e3_session::{
    agent::{AgentMachine, Step},
    agreement,
    controller::{ControllerMachine, Heard, Violation},
    frame::{Decoder, Message, encode},
    message::{Refusal, RefusalCode, Reply, Request, RequestKind, Stream, ToAgent, ToController},
    order::{OrderError, Phase},
    types::{Digest, Ending, PartyIndex, PlaceKind, ProgramEvent, RunId, Statement},
};
use proptest::{prelude::*, sample::Index};
use serde_bytes::ByteBuf;

/// Bytes on their way, delivered in pieces.
struct Pipe<T> {
    bytes: VecDeque<u8>,
    decoder: Decoder<T>,
}

impl<T: Message> Pipe<T> {
    fn new() -> Self {
        Self {
            bytes: VecDeque::new(),
            decoder: Decoder::new(),
        }
    }

    fn send(&mut self, message: &T) {
        self.bytes.extend(encode(message).unwrap());
    }

    /// Lets at most so many bytes arrive.
    fn arrive(&mut self, length: usize) -> Vec<T> {
        let piece: Vec<u8> = self.bytes.drain(..length.min(self.bytes.len())).collect();
        self.decoder.push(&piece);
        self.decoder.by_ref().map(Result::unwrap).collect()
    }
}

/// A controller, an agent, and what is on the way between them.
struct World {
    controller: ControllerMachine,
    agent: AgentMachine,
    down: Pipe<ToAgent>,
    up: Pipe<ToController>,
    performing: BTreeMap<u32, Request>,
    counters: Counters,
    heard: Vec<Heard>,
}

impl World {
    fn new() -> Self {
        Self {
            controller: ControllerMachine::new(),
            agent: AgentMachine::new(),
            down: Pipe::new(),
            up: Pipe::new(),
            performing: BTreeMap::new(),
            counters: Counters::default(),
            heard: Vec::new(),
        }
    }

    fn ask(&mut self, kind: RequestKind) -> Result<u32, OrderError> {
        match kind {
            RequestKind::Admit => self.counters.epoch += 1,
            RequestKind::Stage => self.counters.run += 1,
            _ => {}
        }
        let message = self
            .controller
            .ask(request(kind, self.counters, &self.agent))?;
        if kind == RequestKind::Exec {
            self.counters.exec = message.id;
        }
        self.down.send(&message);
        Ok(message.id)
    }

    fn reach_agent(&mut self, length: usize) {
        for message in self.down.arrive(length) {
            match self.agent.receive(message) {
                Step::Perform(ToAgent { id, request }) => {
                    self.performing.insert(id, request);
                }
                Step::Answer(answer) => self.up.send(&answer),
            }
        }
    }

    fn reach_controller(&mut self, length: usize) {
        for message in self.up.arrive(length) {
            self.heard.push(self.controller.receive(message).unwrap());
        }
    }

    fn say(&mut self, re: u32, reply: Reply) {
        let message = self.agent.answer(re, reply).unwrap();
        if message.reply.is_final() {
            self.performing.remove(&re);
        }
        self.up.send(&message);
    }

    /// Answers rightly what the agent was asked as `id`.
    fn finish(&mut self, id: u32) {
        let reply = perform(&self.performing[&id], &mut self.agent);
        self.say(id, reply);
    }

    /// Asks, and lets the answer come.
    fn exchange(&mut self, kind: RequestKind) -> Heard {
        let id = self.ask(kind).unwrap();
        self.reach_agent(usize::MAX);
        if self.performing.contains_key(&id) {
            self.finish(id);
        }
        self.reach_controller(usize::MAX);
        self.heard.pop().unwrap()
    }

    fn exchange_all(&mut self, kinds: &[RequestKind]) {
        for kind in kinds {
            let heard = self.exchange(*kind);
            assert!(
                matches!(&heard, Heard::Final { to, reply, .. } if to == kind && !matches!(reply, Reply::Refused(_))),
                "{heard:?}"
            );
        }
    }

    /// A conversation up to its first run, without the run.
    fn ready() -> Self {
        let mut world = Self::new();
        world.exchange_all(&KINDS[..14]);
        assert_eq!(world.agent.phase(), Phase::Confirmed);
        world
    }
}

fn output(text: &str) -> Reply {
    Reply::Output {
        stream: Stream::Stdout,
        data: ByteBuf::from(text.as_bytes().to_vec()),
    }
}

#[test]
fn a_whole_conversation_with_two_runs() {
    use RequestKind::{
        Admit, Agree, Blob, Compare, Conclude, Confirm, Connect, Deliver, Endorse, Leave, Links,
        Reveal, Run, Stage,
    };

    let mut world = World::ready();
    let run = world.ask(RequestKind::Run).unwrap();
    world.reach_agent(usize::MAX);
    world.say(run, Reply::Progress(ProgramEvent::Connected));
    world.say(run, output("37\n"));
    world.exchange(RequestKind::Ping);
    world.finish(run);
    world.reach_controller(usize::MAX);
    assert!(
        matches!(
            world.heard.as_slice(),
            [
                Heard::Part {
                    reply: Reply::Progress(_),
                    ..
                },
                Heard::Part {
                    reply: Reply::Output { .. },
                    ..
                },
                Heard::Final {
                    reply: Reply::Ended(_),
                    ..
                },
            ]
        ),
        "{:?}",
        world.heard
    );
    assert_eq!(world.controller.phase(), Phase::Ended);

    world.exchange_all(&[Conclude, Stage, Blob, Agree, Confirm, Run, Links]);
    world.exchange_all(&[Endorse, Admit, Reveal, Compare, Connect, Deliver]);
    world.exchange_all(&[Stage, Agree, Confirm, Run, Conclude, Leave]);
    assert_eq!(world.controller.phase(), Phase::Left);
    assert_eq!(world.agent.phase(), Phase::Left);
    assert!(world.ask(Leave).is_err());
}

#[test]
fn a_run_is_stopped() {
    let mut world = World::ready();
    let run = world.ask(RequestKind::Run).unwrap();
    world.reach_agent(usize::MAX);
    let heard = world.exchange(RequestKind::Stop);
    assert!(matches!(
        heard,
        Heard::Final {
            reply: Reply::Stopping,
            ..
        }
    ));
    world.finish(run);
    world.reach_controller(usize::MAX);
    assert_eq!(world.controller.phase(), Phase::Ended);
    assert!(matches!(
        world.ask(RequestKind::Stop),
        Err(OrderError::Phase { .. })
    ));
}

#[test]
fn a_stop_that_meets_the_end_of_the_run_is_refused_without_harm() {
    let mut world = World::ready();
    let run = world.ask(RequestKind::Run).unwrap();
    world.reach_agent(usize::MAX);
    world.ask(RequestKind::Stop).unwrap();
    world.finish(run);
    world.reach_agent(usize::MAX);
    world.reach_controller(usize::MAX);
    assert!(matches!(
        world.heard.as_slice(),
        [
            Heard::Final {
                reply: Reply::Ended(_),
                ..
            },
            Heard::Final {
                reply: Reply::Refused(Refusal {
                    code: RefusalCode::OutOfOrder,
                    ..
                }),
                ..
            },
        ]
    ));
    world.exchange_all(&[RequestKind::Stage]);
}

#[test]
fn sealed_messages_and_notices_come_unasked() {
    let mut world = World::ready();
    world.say(
        0,
        Reply::Carry {
            to: PartyIndex(2),
            sealed: ByteBuf::from(vec![1]),
        },
    );
    world.say(
        0,
        Reply::Notice {
            text: "disk is nearly full".to_owned(),
        },
    );
    world.reach_controller(usize::MAX);
    assert!(matches!(
        world.heard.as_slice(),
        [
            Heard::Carry {
                to: PartyIndex(2),
                ..
            },
            Heard::Notice { .. }
        ]
    ));
    let own = Reply::Carry {
        to: PartyIndex(1),
        sealed: ByteBuf::new(),
    };
    assert!(world.agent.answer(0, own).is_err());
}

#[test]
fn leaving_during_a_run_lets_the_run_end_first_or_never() {
    for ends in [true, false] {
        let mut world = World::ready();
        let run = world.ask(RequestKind::Run).unwrap();
        let leave = world.ask(RequestKind::Leave).unwrap();
        world.reach_agent(usize::MAX);
        assert!(world.ask(RequestKind::Stop).is_err());
        if ends {
            world.finish(run);
        }
        world.finish(leave);
        world.reach_controller(usize::MAX);
        assert_eq!(world.controller.phase(), Phase::Left);
        let open: Vec<_> = world.controller.open().collect();
        assert_eq!(
            open,
            if ends {
                vec![]
            } else {
                vec![(run, RequestKind::Run)]
            }
        );
    }
}

#[test]
fn hashes_that_the_controller_computes_otherwise_are_violations() {
    let other = Digest([0; 32]);
    let mut world = World::new();
    world.exchange_all(&KINDS[..6]);
    let re = world.ask(RequestKind::Admit).unwrap();
    let admitted = Reply::Admitted {
        roster: other,
        admission: scene::admission(1, other),
    };
    let heard = world.controller.receive(ToController {
        re,
        reply: admitted,
    });
    assert!(
        matches!(heard, Err(Violation::OtherHash { what: "roster", .. })),
        "{heard:?}"
    );

    let mut world = World::ready();
    world.exchange_all(&[RequestKind::Stage, RequestKind::Agree]);
    let confirmed = |agreement| Reply::Confirmed {
        agreement,
        signature: scene::agreement(1, RunId(2)).signatures[1],
    };
    let mut offers = scene::offers(1, world.agent.knowledge().run().unwrap());
    let hash = agreement::compare(&offers).unwrap().hash();
    offers[0].terms.threshold = Some(0);
    let differing = world.controller.ask(Request::Confirm { offers }).unwrap();
    let heard = world.controller.receive(ToController {
        re: differing.id,
        reply: confirmed(hash),
    });
    assert_eq!(heard, Err(Violation::Unagreed));
}

#[test]
fn an_agent_states_the_place_that_it_has_told() {
    for (stated, accepted) in [(scene::PLACE, true), (PlaceKind::Forwards, false)] {
        let mut world = World::ready();
        world.exchange_all(&[RequestKind::Stage, RequestKind::Agree, RequestKind::Confirm]);
        let run = request(RequestKind::Run, world.counters, &world.agent);
        let Request::Run { agreement, .. } = &run else {
            panic!("{run:?}");
        };
        let statement = Statement::sign(
            scene::keys(1),
            scene::ME,
            *agreement,
            Ending::Exited(0),
            scene::opening(1).commitment(),
            stated,
        );
        let re = world.controller.ask(run).unwrap().id;
        let heard = world.controller.receive(ToController {
            re,
            reply: scene::ended(Some(statement)),
        });
        assert_eq!(heard.is_ok(), accepted, "{heard:?}");
        assert!(accepted || heard == Err(Violation::Unstated));
    }
}

#[test]
fn a_ping_waits_for_a_change_of_the_roster() {
    let mut world = World::ready();
    let admit = world.ask(RequestKind::Admit).unwrap();
    assert!(matches!(
        world.ask(RequestKind::Ping),
        Err(OrderError::Busy { id, .. }) if id == admit
    ));
    world.reach_agent(usize::MAX);
    world.finish(admit);
    world.reach_controller(usize::MAX);
    assert!(matches!(
        world.ask(RequestKind::Links),
        Err(OrderError::Phase { .. })
    ));
    world.heard.clear();
    world.exchange_all(&[
        RequestKind::Reveal,
        RequestKind::Compare,
        RequestKind::Connect,
        RequestKind::Ping,
    ]);
}

/// One event between the two.
#[derive(Debug, Clone)]
enum Event {
    Ask(RequestKind),
    Down(usize),
    Up(usize),
    Finish(Index),
    Refuse(Index),
    Print(Index),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => prop::sample::select(KINDS[..26].to_vec()).prop_map(Event::Ask),
        6 => (1..600usize).prop_map(Event::Down),
        6 => (1..600usize).prop_map(Event::Up),
        8 => any::<Index>().prop_map(Event::Finish),
        1 => any::<Index>().prop_map(Event::Refuse),
        2 => any::<Index>().prop_map(Event::Print),
    ]
}

/// The kind that a conversation would wait for most.
fn wanted(phase: Phase) -> Option<RequestKind> {
    let kind = match phase {
        Phase::New => RequestKind::Hello,
        Phase::Greeted => RequestKind::Prepare,
        Phase::Prepared => RequestKind::Introduce,
        Phase::Introduced => RequestKind::Endorse,
        Phase::Endorsed => RequestKind::Admit,
        Phase::Admitted => RequestKind::Reveal,
        Phase::Revealed => RequestKind::Compare,
        Phase::Compared => RequestKind::Connect,
        Phase::Connected => RequestKind::Stage,
        Phase::Staged => RequestKind::Agree,
        Phase::Offered => RequestKind::Confirm,
        Phase::Confirmed => RequestKind::Run,
        Phase::Ended => RequestKind::Conclude,
        Phase::Running | Phase::Leaving | Phase::Left => return None,
    };
    Some(kind)
}

impl World {
    fn pick(&self, at: Index) -> Option<u32> {
        let open: Vec<u32> = self.performing.keys().copied().collect();
        (!open.is_empty()).then(|| open[at.index(open.len())])
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Ask(kind) => {
                let _refused_here = self.ask(*kind);
                if let Some(kind) = wanted(self.controller.phase()) {
                    let _refused_here = self.ask(kind);
                }
            }
            Event::Down(length) => self.reach_agent(*length),
            Event::Up(length) => self.reach_controller(*length),
            Event::Finish(at) => {
                if let Some(id) = self.pick(*at) {
                    self.finish(id);
                }
            }
            Event::Refuse(at) => {
                if let Some(id) = self.pick(*at) {
                    let refusal = Refusal::new(RefusalCode::Fault, "it failed");
                    self.say(id, Reply::Refused(refusal));
                }
            }
            Event::Print(at) => {
                if let Some(id) = self.pick(*at)
                    && matches!(
                        self.performing[&id],
                        Request::Run { .. } | Request::Exec { .. }
                    )
                {
                    self.say(id, output("a line\n"));
                }
            }
        }
    }

    /// Lets everything arrive and be answered.
    fn settle(&mut self) {
        loop {
            self.reach_agent(usize::MAX);
            while let Some(id) = self.performing.keys().next().copied() {
                self.finish(id);
            }
            self.reach_controller(usize::MAX);
            if self.controller.open().next().is_none() {
                return;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// What the controller's machine lets pass is never out of order at the agent, the agent's replies are never a
    /// violation at the controller, every request is answered once, and both ends agree on where they are.
    #[test]
    fn both_ends_agree(events in prop::collection::vec(event(), 0..150)) {
        let mut world = World::new();
        for event in &events {
            world.apply(event);
        }
        world.settle();
        prop_assert_eq!(world.controller.phase(), world.agent.phase());
        prop_assert_eq!(world.agent.open().count(), 0);
        let mut ends = BTreeMap::new();
        for heard in &world.heard {
            if let Heard::Final { re, to, reply } = heard {
                *ends.entry(*re).or_insert(0) += 1;
                let late = matches!(to, RequestKind::Stop | RequestKind::Feed | RequestKind::Kill);
                if let Reply::Refused(refusal) = reply {
                    prop_assert!(refusal.code != RefusalCode::OutOfOrder || late, "{}", refusal);
                }
            }
        }
        prop_assert!(ends.values().all(|count| *count == 1));
    }

    #[test]
    fn any_reply_is_heard_or_a_violation(
        asked in prop::sample::select(KINDS.to_vec()),
        replies in prop::collection::vec(common::strategies::to_controller(), 0..20),
    ) {
        let mut world = World::ready();
        let _refused_here = world.ask(asked);
        let last = world.controller.open().map(|(id, _)| id).max().unwrap_or(0);
        for mut message in replies {
            message.re %= last + 2;
            let open = world.controller.open().any(|(id, _)| id == message.re);
            let phase = world.controller.phase();
            let re = message.re;
            match world.controller.receive(message) {
                Ok(Heard::Carry { .. } | Heard::Notice { .. }) => prop_assert_eq!(re, 0),
                Ok(Heard::Part { .. } | Heard::Final { .. }) => prop_assert!(open),
                Err(_) => prop_assert_eq!(phase, world.controller.phase()),
            }
        }
    }
}
