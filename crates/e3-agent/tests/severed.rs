//! Overlays that say that programs must not go on over them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod common;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use common::*;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, Overlay, OverlayError, ProgramRules,
    Properties, Registry, Scene, ServiceKind,
};
use e3_session::{
    controller::Heard,
    message::Request,
    types::{Contact, DialTable, Ending, LinkReport, Options, PartyIndex, Roster, RunId},
};
use serde_bytes::ByteBuf;
use tokio::{sync::oneshot, time::Instant};

const WHY: &str = "the coordinator has added a node that the roster does not name";

#[tokio::test]
async fn a_program_does_not_go_on_over_an_overlay_that_gives_up() {
    let mut party = connected(1, "brittle", registry()).await.remove(0);
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

fn registry() -> Registry {
    let mut registry = Registry::builtin();
    registry.add(|| Arc::new(Brittle(Registry::builtin().make("direct").unwrap())));
    registry
}

/// `direct`, until a moment after a program has begun.
struct Brittle(Arc<dyn Overlay>);

struct JoinedSoFar {
    direct: Box<dyn Joined>,
    give_up: Mutex<Option<oneshot::Sender<String>>>,
    told: Option<oneshot::Receiver<String>>,
}

#[async_trait]
impl Overlay for Brittle {
    fn name(&self) -> &'static str {
        "brittle"
    }

    fn summary(&self) -> &'static str {
        "direct, for a while"
    }

    fn properties(&self) -> Properties {
        self.0.properties()
    }

    fn needs(&self) -> &'static [Need] {
        &[]
    }

    fn addressing(&self) -> Addressing {
        self.0.addressing()
    }

    fn services(&self) -> &'static [ServiceKind] {
        &[]
    }

    fn mode(&self, _: &Options) -> String {
        "plain".to_owned()
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        self.0.flows(scene)
    }

    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        self.0.introduce(who).await
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        let (give_up, told) = oneshot::channel();
        Ok(Box::new(JoinedSoFar {
            direct: self.0.join(joining).await?,
            give_up: Mutex::new(Some(give_up)),
            told: Some(told),
        }))
    }
}

#[async_trait]
impl Joined for JoinedSoFar {
    fn dial_table(&self) -> DialTable {
        self.direct.dial_table()
    }

    fn severed(&mut self) -> Option<oneshot::Receiver<String>> {
        self.told.take()
    }

    fn program_begins(&self, _: RunId, _: ProgramRules) {
        let give_up = self.give_up.lock().unwrap().take().unwrap();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            give_up.send(WHY.to_owned()).unwrap();
        });
    }

    async fn links(&self) -> Vec<LinkReport> {
        self.direct.links().await
    }

    async fn ping(&self, peer: PartyIndex) -> Result<LinkReport, OverlayError> {
        self.direct.ping(peer).await
    }

    async fn change(&mut self, roster: &Roster, contacts: &[Contact]) -> Result<(), OverlayError> {
        self.direct.change(roster, contacts).await
    }

    async fn leave(self: Box<Self>) -> Result<(), OverlayError> {
        self.direct.leave().await
    }
}
