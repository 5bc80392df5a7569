//! Any bytes to an agent that has come as far as the input chooses: decoded, taken in, and answered as if all went well.

#![no_main]

#[path = "../../tests/common/scene.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod scene;

use std::sync::LazyLock;

use e3_session::{
    agent::{AgentMachine, Step},
    frame::{Decoder, encode},
    message::ToAgent,
};
use libfuzzer_sys::fuzz_target;
use scene::{Counters, KINDS, perform, request};

/// Agents after no right request, after one, and so on to all.
static STAGES: LazyLock<Vec<AgentMachine>> = LazyLock::new(|| {
    let mut machine = AgentMachine::new();
    let mut stages = vec![machine.clone()];
    for (id, kind) in (1..).zip(KINDS) {
        let asked = ToAgent {
            id,
            request: request(kind, Counters::default(), &machine),
        };
        // What belongs to a run that has ended is refused, and that is as well.
        if let Step::Perform(ToAgent { request, .. }) = machine.receive(asked) {
            let reply = perform(&request, &mut machine);
            machine.answer(id, reply).expect("a right reply");
        }
        stages.push(machine.clone());
    }
    stages
});

fuzz_target!(|bytes: &[u8]| {
    let [stage, size, stream @ ..] = bytes else {
        return;
    };
    let mut machine = STAGES[usize::from(*stage) % STAGES.len()].clone();
    let mut decoder = Decoder::<ToAgent>::new();
    // Pieces of a size that the input chooses.
    for piece in stream.chunks(usize::from(*size) + 1) {
        decoder.push(piece);
        for message in decoder.by_ref() {
            let answer = match message {
                Ok(message) => match machine.receive(message) {
                    Step::Perform(ToAgent { id, request }) => {
                        let reply = perform(&request, &mut machine);
                        let Ok(answer) = machine.answer(id, reply) else {
                            continue;
                        };
                        answer
                    }
                    Step::Answer(answer) => answer,
                },
                Err(error) => machine.unreadable(&error),
            };
            encode(&answer).expect("an answer to a frame fits into a frame");
        }
    }
});
