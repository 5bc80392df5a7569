//! Writes a whole conversation, in both directions, and a record of a run as seeds: `cargo run --bin seeds -- corpus`.

mod record;
#[path = "../../tests/common/scene.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod scene;

use std::{env, error::Error, fs, path::Path};

use e3_identity::Documents;
use e3_session::{
    agent::{AgentMachine, Step},
    frame::encode,
    message::ToAgent,
    types::{Conclusion, KeptAgreement, KeptOutcome, KeptRoster, PartyIndex, RunId, words},
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
    write_record(&Path::new(&corpus).join("audit"))
}

/// A record that holds, with nothing but what is signed.
fn write_record(folder: &Path) -> Result<(), Box<dyn Error>> {
    let (roster, agreement) = (scene::roster(1), scene::agreement(1, RunId(7)));
    let (hash, nonces) = (roster.hash(), scene::nonces());
    let statements = scene::statements(agreement.hash());
    let conclude = |index: u16| {
        let (keys, party) = (scene::keys(index.into()), PartyIndex(index));
        Conclusion::sign(keys, party, agreement.hash(), &statements)
    };
    let outcome = KeptOutcome {
        schema: KeptOutcome::SCHEMA.to_owned(),
        agreement: agreement.hash(),
        openings: (0..3)
            .map(|party| (PartyIndex(party), scene::opening(party)))
            .collect(),
        conclusions: (0..3).map(conclude).collect(),
        missing: [].into(),
        statements: statements.clone(),
    };
    let roster = KeptRoster {
        schema: KeptRoster::SCHEMA.to_owned(),
        hash,
        words: words(hash, &nonces),
        documents: Documents::default(),
        admissions: scene::admissions(1),
        nonces,
        roster,
    };
    let agreement = KeptAgreement {
        schema: KeptAgreement::SCHEMA.to_owned(),
        hash: agreement.hash(),
        offers: scene::offers(1, RunId(7)),
        agreement,
    };
    fs::create_dir_all(folder)?;
    let record = serde_json::to_vec(&(&roster, &agreement, &outcome, ()))?;
    let report = record::audited(&record).ok_or("the record cannot be read")?;
    if !report.wrong.is_empty() {
        return Err(format!("the record does not hold: {:?}", report.wrong).into());
    }
    Ok(fs::write(folder.join("signed"), record)?)
}
