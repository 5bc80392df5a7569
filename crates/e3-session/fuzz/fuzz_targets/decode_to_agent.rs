//! Any bytes to an agent: decoded, taken in, and answered as if all went well.

#![no_main]

#[path = "../../tests/common/scene.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod scene;

use e3_session::{
    agent::{AgentMachine, Step},
    frame::{Decoder, encode},
    message::ToAgent,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut machine = AgentMachine::new();
    let mut decoder = Decoder::<ToAgent>::new();
    // Pieces of a size that the input chooses.
    let size = bytes.first().map_or(1, |byte| usize::from(*byte) + 1);
    for piece in bytes.get(1..).unwrap_or_default().chunks(size) {
        decoder.push(piece);
        for message in decoder.by_ref() {
            let answer = match message {
                Ok(message) => match machine.receive(message) {
                    Step::Perform(ToAgent { id, request }) => {
                        let reply = scene::perform(&request, &mut machine);
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
