//! One party of a run, from its start to its end.

use std::time::{Duration, Instant};

use e3_session::{
    message::{Reply, Request, Stream},
    types::{Agreement, End, Opening, Outcome, ProgramEvent, Statement},
};

use super::{
    capture::{Capture, Captured},
    halt::{Halted, put_out},
    party::Party,
    tell::Tell,
};
use crate::wire::Event;

/// How one party's part of a run ended.
pub(crate) struct Followed {
    pub(crate) index: usize,
    /// What its agent said, or why it could not.
    pub(crate) end: Result<Outcome, String>,
    /// What the party has signed of it.
    pub(crate) stated: Option<Stated>,
    pub(crate) captured: Captured,
    pub(crate) at: Instant,
}

/// A party's statement, and what opens its commitment where the output was collected.
pub(crate) struct Stated {
    pub(crate) statement: Statement,
    pub(crate) opening: Option<Opening>,
}

/// Starts a party's program and stays with it until it has ended, or the party is put out: then nobody waits for it.
pub(crate) async fn follow(
    index: usize,
    party: &Party,
    agreement: &Agreement,
    mut capture: Capture,
    (tell, mut heard): (Tell, Halted),
) -> Followed {
    let number = u16::try_from(index).unwrap_or(u16::MAX);
    let request = Request::Run {
        agreement: agreement.hash(),
        signatures: agreement.signatures.clone(),
    };
    let mut stated = None;
    let end = match party.link.stream(request) {
        Err(error) => Err(error.to_string()),
        Ok((_, mut answers)) => loop {
            let answer = tokio::select! {
                answer = answers.recv() => answer,
                why = put_out(&mut heard, party.host.name.as_str()) => break Err(why),
            };
            match answer {
                None => break Err(party.link.ended().to_string()),
                Some(Reply::Output { stream, data }) => {
                    let stderr = stream == Stream::Stderr;
                    for line in capture.take(stderr, &data) {
                        tell.output(number, stderr, line);
                    }
                }
                Some(Reply::Progress(event)) => {
                    if let Some(event) = progress(number, &event) {
                        tell.event(event);
                    }
                }
                Some(Reply::Ended(end)) => {
                    let End {
                        outcome,
                        statement,
                        opening,
                    } = *end;
                    stated = statement.map(|statement| Stated { statement, opening });
                    break Ok(outcome);
                }
                Some(Reply::Refused(refusal)) => break Err(refusal.to_string()),
                Some(_) => {}
            }
        },
    };
    let at = Instant::now();
    // Before anybody is told of the end: whoever reads the outcome then finds all of it.
    let captured = capture.finish();
    if let Ok(outcome) = &end {
        tell.event(Event::Ended {
            party: number,
            outcome: outcome.clone(),
        });
    }
    Followed {
        index,
        end,
        stated,
        captured,
        at,
    }
}

/// What of a program's progress is told; its end is told with its outcome.
fn progress(party: u16, event: &ProgramEvent) -> Option<Event> {
    match event {
        ProgramEvent::Started => Some(Event::Started { party }),
        ProgramEvent::Connected => Some(Event::Connected { party }),
        ProgramEvent::Stopped { .. } => None,
    }
}

/// Asks for the end of a party's program; its `follow` ends by itself then.
pub(crate) async fn stop(party: &Party, grace: Duration, because: String) {
    let grace_ms = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
    // It may have ended meanwhile, which the agent refuses as out of order.
    let _ = party
        .link
        .ask(
            "stop",
            Request::Stop { grace_ms, because },
            Duration::from_secs(5),
        )
        .await;
}
