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
use e3_overlay::OverlayError;
use e3_session::{
    controller::Heard,
    message::{Reply, Request},
    types::{Contact, Dial, Ending, PartyIndex, Ports, RunId},
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

/// It would go on carrying for whoever the new roster does not name.
#[tokio::test]
async fn an_overlay_that_cannot_take_a_roster_leaves() {
    let mut party = Party::start("p0", with_twist::<Stubborn>());
    let mut roster = admit(std::slice::from_mut(&mut party), TWISTED).await;
    let contact = Contact {
        party: PartyIndex(0),
        sequence: 1,
        addresses: vec![party.address],
    };
    let connecting = Request::Connect {
        contacts: vec![contact],
        dial: Dial::LowerToHigher,
        ports: Ports::one(PORT),
        timeout_ms: 5000,
    };
    let joined = party.request(connecting.clone()).await;
    assert!(matches!(joined, Reply::Connected { .. }), "{joined:?}");
    let changes = OverlayError::Unchangeable { overlay: TWISTED }.to_string();
    roster.epoch = 2;
    compare(std::slice::from_mut(&mut party), &roster).await;
    assert_eq!(party.refuses(connecting.clone()).await, changes);
    // Where it was up still, it would be asked to change once more.
    let joined = party.request(connecting).await;
    assert!(matches!(joined, Reply::Connected { .. }), "{joined:?}");
    party.leave().await;
}

/// `direct`, which takes no other roster.
#[derive(Default)]
struct Stubborn;

impl Twist for Stubborn {
    fn changes(&self) -> Result<(), OverlayError> {
        Err(OverlayError::Unchangeable { overlay: TWISTED })
    }
}

/// `direct`, until a moment after a program has begun.
struct Brittle {
    give_up: Mutex<Option<oneshot::Sender<String>>>,
    told: Option<oneshot::Receiver<String>>,
}

impl Default for Brittle {
    fn default() -> Self {
        let (give_up, told) = oneshot::channel();
        Self {
            give_up: Mutex::new(Some(give_up)),
            told: Some(told),
        }
    }
}

impl Twist for Brittle {
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
