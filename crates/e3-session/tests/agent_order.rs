//! Whatever a controller asks and whatever the agent's own code answers, the agent's machine stays in the legal order.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests may"
)]

mod common;

use std::collections::BTreeMap;

use common::{
    scene::{Counters, KINDS, perform, request},
    strategies,
};
use e3_session::{
    agent::{AgentMachine, Step},
    frame::FrameError,
    message::{Refusal, RefusalCode, Reply, Request, RequestKind, ToAgent, ToController},
    order::Phase,
};
use proptest::{prelude::*, sample::Index};

/// One event on either side of the machine.
#[derive(Debug, Clone)]
enum Event {
    /// The controller asks what follows.
    AskNext,
    /// The controller asks this.
    Ask(RequestKind),
    /// The controller asks anything.
    AskAny(ToAgent),
    /// The agent answers an open request rightly.
    Answer(Index),
    /// The agent refuses an open request.
    Refuse(Index),
    /// The agent answers anything.
    AnswerAny(Index, Reply),
    /// Something unreadable comes.
    Unreadable(Option<u32>),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => Just(Event::AskNext),
        8 => any::<Index>().prop_map(Event::Answer),
        4 => prop::sample::select(KINDS.to_vec()).prop_map(Event::Ask),
        1 => any::<Index>().prop_map(Event::Refuse),
        1 => strategies::to_agent().prop_map(|mut message| {
            message.id %= 200;
            Event::AskAny(message)
        }),
        1 => (any::<Index>(), strategies::reply()).prop_map(|(at, reply)| Event::AnswerAny(at, reply)),
        1 => prop::option::of(0..200u32).prop_map(Event::Unreadable),
    ]
}

/// Every step that the conversation may take, written down once more.
fn legal(from: Phase, to: Phase) -> bool {
    use Phase::{
        Admitted, Compared, Confirmed, Connected, Ended, Endorsed, Greeted, Introduced, Leaving,
        Left, New, Offered, Prepared, Revealed, Running, Staged,
    };
    from == to
        || matches!(
            (from, to),
            (New, Greeted)
                | (Greeted, Prepared)
                | (Prepared, Introduced)
                | (Introduced, Endorsed)
                | (
                    Endorsed
                        | Revealed
                        | Compared
                        | Connected
                        | Staged
                        | Offered
                        | Confirmed
                        | Ended,
                    Admitted
                )
                | (Admitted, Revealed)
                | (Revealed, Compared)
                | (Compared | Staged | Offered | Confirmed | Ended, Connected)
                | (Connected, Staged)
                | (Staged, Offered)
                | (Offered | Running, Confirmed)
                | (Confirmed, Running)
                | (Running, Ended)
                | (Leaving, Left)
        )
        || (to == Leaving && from != Left)
}

/// What moves on from a phase.
fn next(phase: Phase) -> RequestKind {
    match phase {
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
        Phase::Running => RequestKind::Stop,
        Phase::Ended => RequestKind::Conclude,
        Phase::Leaving | Phase::Left => RequestKind::Leave,
    }
}

/// The machine, with a book of its own about what must come of each request.
struct Watch {
    machine: AgentMachine,
    counters: Counters,
    last: u32,
    performing: BTreeMap<u32, Request>,
    runs: u32,
    confirmations: u32,
}

impl Watch {
    fn new() -> Self {
        Self {
            machine: AgentMachine::new(),
            counters: Counters::default(),
            last: 0,
            performing: BTreeMap::new(),
            runs: 0,
            confirmations: 0,
        }
    }

    fn ask(&mut self, kind: RequestKind) -> Result<(), TestCaseError> {
        match kind {
            RequestKind::Admit => self.counters.epoch += 1,
            RequestKind::Stage => self.counters.run += 1,
            _ => {}
        }
        let request = request(kind, self.counters, &self.machine);
        self.send(ToAgent {
            id: self.last + 1,
            request,
        })
    }

    fn send(&mut self, message: ToAgent) -> Result<(), TestCaseError> {
        let before = self.machine.phase();
        let open = self.performing.contains_key(&message.id);
        match self.machine.receive(message.clone()) {
            Step::Perform(same) => {
                prop_assert_eq!(&same, &message);
                prop_assert!(message.id > self.last);
                self.check_performed(before, &message.request)?;
                if message.request.kind() == RequestKind::Exec {
                    self.counters.exec = message.id;
                }
                self.performing.insert(message.id, message.request);
            }
            Step::Answer(ToController { re, reply }) => match reply {
                Reply::Refused(refusal) => {
                    prop_assert_eq!(re, message.id);
                    prop_assert!(!open, "an open request is not refused twice");
                    prop_assert!(!refusal.message.is_empty());
                }
                Reply::Notice { .. } => prop_assert!(re == 0 && (open || message.id == 0)),
                other => return Err(TestCaseError::fail(format!("unexpected {}", other.name()))),
            },
        }
        self.last = self.last.max(message.id);
        prop_assert!(legal(before, self.machine.phase()));
        Ok(())
    }

    /// The legal order once more, from what is being performed.
    fn check_performed(&mut self, before: Phase, request: &Request) -> Result<(), TestCaseError> {
        let kind = request.kind();
        let busy = |kind| self.performing.values().any(|open| open.kind() == kind);
        prop_assert!(before != Phase::Left);
        prop_assert!(before != Phase::Leaving || kind == RequestKind::Leave);
        prop_assert!(
            before != Phase::New || matches!(kind, RequestKind::Hello | RequestKind::Leave)
        );
        match kind {
            RequestKind::Run => {
                prop_assert!(!busy(RequestKind::Run) && !busy(RequestKind::Blob));
                prop_assert!(self.runs < self.confirmations);
                self.runs += 1;
            }
            RequestKind::Endorse
            | RequestKind::Admit
            | RequestKind::Reveal
            | RequestKind::Compare
            | RequestKind::Connect
            | RequestKind::Stage
            | RequestKind::Conclude => prop_assert!(!busy(RequestKind::Run)),
            RequestKind::Stop => prop_assert!(busy(RequestKind::Run)),
            RequestKind::Feed | RequestKind::Kill => prop_assert!(busy(RequestKind::Exec)),
            _ => {}
        }
        Ok(())
    }

    fn answer(&mut self, re: u32, reply: Reply) -> Result<(), TestCaseError> {
        let before = self.machine.phase();
        let asked = self.performing.get(&re).map(Request::kind);
        let name = reply.name();
        let is_final = reply.is_final();
        let refused = matches!(reply, Reply::Refused(_));
        let Ok(sent) = self.machine.answer(re, reply) else {
            prop_assert_eq!(before, self.machine.phase());
            return Ok(());
        };
        prop_assert_eq!(sent.re, re);
        prop_assert!(before != Phase::Left);
        if let Some(asked) = asked {
            prop_assert!(asked.accepts(&sent.reply));
            if is_final {
                self.performing.remove(&re);
            }
            match asked {
                RequestKind::Confirm if !refused => self.confirmations += 1,
                RequestKind::Run if refused => self.runs -= 1,
                _ => {}
            }
        } else {
            prop_assert!(re == 0 && matches!(name, "notice" | "carry"));
        }
        prop_assert!(legal(before, self.machine.phase()));
        Ok(())
    }

    fn pick(&self, at: Index) -> Option<(u32, Request)> {
        let open: Vec<_> = self.performing.iter().collect();
        (!open.is_empty()).then(|| {
            let (id, request) = open[at.index(open.len())];
            (*id, request.clone())
        })
    }

    fn apply(&mut self, event: Event) -> Result<(), TestCaseError> {
        match event {
            Event::AskNext => self.ask(next(self.machine.phase())),
            Event::Ask(kind) => self.ask(kind),
            Event::AskAny(message) => self.send(message),
            Event::Answer(at) => match self.pick(at) {
                Some((id, request)) => {
                    let reply = perform(&request, &mut self.machine);
                    self.answer(id, reply)
                }
                None => Ok(()),
            },
            Event::Refuse(at) => match self.pick(at) {
                Some((id, _)) => self.answer(
                    id,
                    Reply::Refused(Refusal::new(RefusalCode::Fault, "it failed")),
                ),
                None => Ok(()),
            },
            Event::AnswerAny(at, reply) => {
                let id = self.pick(at).map_or(0, |(id, _)| id);
                self.answer(id, reply)
            }
            Event::Unreadable(id) => {
                let error = FrameError::Unreadable {
                    id,
                    reason: "?".to_owned(),
                };
                let sent = self.machine.unreadable(&error);
                prop_assert!(!self.performing.contains_key(&sent.re));
                prop_assert_eq!(sent.re == 0, matches!(sent.reply, Reply::Notice { .. }));
                self.last = self.last.max(id.unwrap_or(0));
                Ok(())
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_sequence_stays_in_order(events in prop::collection::vec(event(), 0..120)) {
        let mut watch = Watch::new();
        for event in events {
            // What leaves would end most sequences early.
            if matches!(&event, Event::Ask(RequestKind::Leave)) && watch.last < 40 {
                continue;
            }
            watch.apply(event)?;
        }
        let open: Vec<_> = watch.machine.open().map(|(id, _)| id).collect();
        prop_assert_eq!(open, watch.performing.keys().copied().collect::<Vec<_>>());
    }
}
