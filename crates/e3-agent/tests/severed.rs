//! Overlays that say that programs must not go on over them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod common;

use std::{sync::Mutex, time::Duration};

use common::{
    twisted::{TWISTED, Twist, with_twist},
    *,
};
use e3_session::{
    controller::Heard,
    message::Request,
    types::{Ending, RunId},
};
use tokio::{sync::oneshot, time::Instant};

const WHY: &str = "the coordinator has added a node that the roster does not name";

#[tokio::test]
async fn a_program_does_not_go_on_over_an_overlay_that_gives_up() {
    let mut party = connected(1, TWISTED, with_twist::<Brittle>())
        .await
        .remove(0);
    let begun = Instant::now();
    let script = "import time\ntime.sleep(1000)";
    let shown = run_script(&mut party, 1, script).await;
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(shown.outcome.ending, Ending::Severed(WHY.to_owned()));
    // What is signed says so, too.
    let signed = shown.statement.unwrap().ending;
    assert_eq!(signed, Ending::Severed(WHY.to_owned()));
    match party.hear().await {
        Heard::Notice { text } => assert_eq!(text, WHY),
        other => panic!("{other:?}"),
    }
    // And nothing else is run.
    let program = program(script, 1, 20);
    party
        .stage(2, &program, &[script.as_bytes()], &Part::PLAIN)
        .await;
    let why = party.refuses(Request::Agree { run: RunId(2) }).await;
    assert!(why.contains(WHY) && why.contains("e3 up"), "{why}");
    party.leave().await;
}

/// `direct`, until a moment after a program has begun.
struct Brittle {
    give_up: Mutex<Option<oneshot::Sender<String>>>,
    told: Option<oneshot::Receiver<String>>,
}

impl Twist for Brittle {
    fn make() -> Self {
        let (give_up, told) = oneshot::channel();
        Self {
            give_up: Mutex::new(Some(give_up)),
            told: Some(told),
        }
    }

    fn severed(&mut self) -> Option<oneshot::Receiver<String>> {
        self.told.take()
    }

    fn program_begins(&self) {
        let give_up = self.give_up.lock().unwrap().take().unwrap();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            give_up.send(WHY.to_owned()).unwrap();
        });
    }
}
