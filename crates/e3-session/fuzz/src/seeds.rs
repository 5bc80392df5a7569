//! Writes a whole conversation, in both directions, as seeds: `cargo run --bin seeds -- corpus`.

#[path = "../../tests/common/scene.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod scene;

use std::{env, error::Error, fs, path::Path};

use e3_session::{
    agent::{AgentMachine, Step},
    frame::encode,
    message::ToAgent,
};
use scene::{Counters, KINDS, perform, request};

fn main() -> Result<(), Box<dyn Error>> {
    let corpus = env::args().nth(1).ok_or("name the corpus folder")?;
    let to_agent = Path::new(&corpus).join("decode_to_agent");
    let to_controller = Path::new(&corpus).join("decode_to_controller");
    fs::create_dir_all(&to_agent)?;
    fs::create_dir_all(&to_controller)?;
    // The first byte chooses how far the conversation has come; for an agent, the second one the size of pieces.
    let mut agent = AgentMachine::new();
    for (id, kind) in (1u8..).zip(KINDS) {
        let request = request(kind, Counters::default(), &agent);
        let message = ToAgent {
            id: id.into(),
            request,
        };
        let asked = [vec![id - 1, 255], encode(&message)?].concat();
        fs::write(to_agent.join(kind.name()), asked)?;
        let answer = match agent.receive(message) {
            Step::Perform(ToAgent { id, request }) => {
                let reply = perform(&request, &mut agent);
                agent.answer(id, reply)?
            }
            Step::Answer(answer) => answer,
        };
        let answered = [vec![id - 1], encode(&answer)?].concat();
        fs::write(to_controller.join(kind.name()), answered)?;
    }
    Ok(())
}
