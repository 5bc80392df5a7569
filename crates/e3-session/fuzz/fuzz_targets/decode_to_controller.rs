//! Any bytes to a controller that has asked everything that may be open at once during a run.

#![no_main]

#[path = "../../tests/common/scene.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod scene;

use std::sync::LazyLock;

use e3_session::{
    agent::{AgentMachine, Step},
    controller::ControllerMachine,
    frame::Decoder,
    message::{RequestKind, ToController},
};
use libfuzzer_sys::fuzz_target;
use scene::{Counters, KINDS, perform, request};

fuzz_target!(|bytes: &[u8]| {
    let Some((length, stream)) = bytes.split_first() else {
        return;
    };
    let mut controller = STAGES[usize::from(*length) % STAGES.len()].clone();
    let mut decoder = Decoder::<ToController>::new();
    decoder.push(stream);
    for message in decoder.by_ref().flatten() {
        if controller.receive(message).is_err() {
            return;
        }
    }
});

/// Controllers after no answered request, after one, and so on to all but the last.
static STAGES: LazyLock<Vec<ControllerMachine>> =
    LazyLock::new(|| (0..KINDS.len()).map(opened).collect());

/// A controller after so many requests that were answered, with every request open that may be asked then.
fn opened(answered: usize) -> ControllerMachine {
    let mut controller = ControllerMachine::new();
    let mut agent = AgentMachine::new();
    for kind in KINDS.into_iter().take(answered) {
        let Ok(message) = controller.ask(request(kind, Counters::default(), &agent)) else {
            continue;
        };
        let Step::Perform(message) = agent.receive(message) else {
            continue;
        };
        let reply = perform(&message.request, &mut agent);
        let answer = agent.answer(message.id, reply).expect("a right reply");
        controller.receive(answer).expect("a right answer");
    }
    for kind in KINDS {
        if kind != RequestKind::Leave {
            // What may not be asked now is refused, and that is as well.
            let _asked = controller.ask(request(kind, Counters::default(), &agent));
        }
    }
    controller
}
