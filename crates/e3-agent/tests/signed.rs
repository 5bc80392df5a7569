//! What agents sign of a run: what they would run, and how it ended.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail as tests do"
)]

mod common;

use std::{fs, os::unix::fs::PermissionsExt as _, sync::Arc};

use async_trait::async_trait;
use common::*;
use e3_identity::Documents;
use e3_overlay::{
    Addressing, Flow, Introducing, Joined, Joining, Need, Overlay, OverlayError, Properties,
    Registry, Scene, ServiceKind,
};
use e3_session::{
    agreement,
    evidence::Verifier,
    message::{Reply, Request},
    types::{Offer, Opening, Options, OutputPolicy, RunId, Statement},
};
use serde_bytes::ByteBuf;

const SUM: &str = "print('sum: 3')";

/// Two connected parties, without their controller's roster.
async fn two() -> Vec<Party> {
    connected(2, "direct", Registry::builtin()).await
}

/// What each party would run, of a program with these files, one for each.
async fn offers(parties: &mut [Party], scripts: [&str; 2]) -> Vec<Offer> {
    let mut offers = Vec::new();
    for (party, script) in parties.iter_mut().zip(scripts) {
        let program = program(script, 2, 20);
        party
            .stage(1, &program, &[script.as_bytes()], &Part::PLAIN)
            .await;
        match party.request(Request::Agree { run: RunId(1) }).await {
            Reply::Offered { offer } => offers.push(*offer),
            reply => panic!("{reply:?}"),
        }
    }
    offers
}

#[tokio::test]
async fn a_swapped_program_is_refused_by_name() {
    let mut parties = two().await;
    let offers = offers(&mut parties, [SUM, "print('sum: 4')"]).await;
    for party in &mut parties {
        let offers = offers.clone();
        let why = party.refuses(Request::Confirm { offers }).await;
        assert!(
            why.contains("program:") && why.contains("(party p1)"),
            "{why}"
        );
    }
    for party in parties {
        party.leave().await;
    }
}

/// A courier that tells each party what it wants to hear does not get the other's signature over that.
#[tokio::test]
async fn a_swapped_program_that_the_courier_hides_does_not_run() {
    let mut parties = two().await;
    let offers = offers(&mut parties, [SUM, "print('sum: 4')"]).await;
    let mut hashes = Vec::new();
    let mut signatures = Vec::new();
    for (index, party) in parties.iter_mut().enumerate() {
        let mut told = offers.clone();
        told[1 - index].terms = offers[index].terms.clone();
        hashes.push(agreement::compare(&told).unwrap().hash());
        match party.request(Request::Confirm { offers: told }).await {
            Reply::Confirmed { signature, .. } => signatures.push(signature),
            reply => panic!("{reply:?}"),
        }
    }
    for ((party, agreement), other) in parties.iter_mut().zip(hashes).zip(["p1", "p0"]) {
        let request = Request::Run {
            agreement,
            signatures: signatures.clone(),
        };
        let why = party.refuses(request).await;
        let says = format!("agreement of party {other} is not signed");
        assert!(why.contains(&says), "{why}");
    }
    for party in parties {
        party.leave().await;
    }
}

/// `direct` under the name of another mode.
struct Disguised(Arc<dyn Overlay>);

#[async_trait]
impl Overlay for Disguised {
    fn name(&self) -> &'static str {
        "direct"
    }

    fn summary(&self) -> &'static str {
        self.0.summary()
    }

    fn properties(&self) -> Properties {
        self.0.properties()
    }

    fn needs(&self) -> &'static [Need] {
        self.0.needs()
    }

    fn addressing(&self) -> Addressing {
        self.0.addressing()
    }

    fn services(&self) -> &'static [ServiceKind] {
        self.0.services()
    }

    fn mode(&self, _: &Options) -> String {
        "sealed".to_owned()
    }

    fn flows(&self, scene: &Scene) -> Vec<Flow> {
        self.0.flows(scene)
    }

    async fn introduce(&self, who: &Introducing) -> Result<ByteBuf, OverlayError> {
        self.0.introduce(who).await
    }

    async fn join(&self, joining: Joining) -> Result<Box<dyn Joined>, OverlayError> {
        self.0.join(joining).await
    }
}

#[tokio::test]
async fn a_swapped_overlay_mode_is_refused_by_name() {
    let mut other = Registry::builtin();
    other.add(|| {
        let direct = Registry::builtin().make("direct").unwrap();
        Arc::new(Disguised(direct))
    });
    let mut parties = [
        Party::start("p0", Registry::builtin()),
        Party::start("p1", other),
    ];
    admit(&mut parties, "direct").await;
    connect(&mut parties).await;
    let offers = offers(&mut parties, [SUM, SUM]).await;
    let why = parties[0].refuses(Request::Confirm { offers }).await;
    assert!(
        why.contains("mode: ") && why.contains("sealed (party p1)"),
        "{why}"
    );
    for party in parties {
        party.leave().await;
    }
}

#[tokio::test]
async fn an_outcome_is_stated_and_concluded_by_all() {
    let mut parties = vec![
        Party::start("p0", Registry::builtin()),
        Party::start("p1", Registry::builtin()),
    ];
    let roster = admit(&mut parties, "direct").await;
    connect(&mut parties).await;
    // The runtime logs to standard output, too; that is no outcome.
    let script = "print('2026-11-22 09:26:06,043 noise')\nprint('sum: 3')\nraise SystemExit(4)";
    let program = program(script, 2, 20);
    let parts = [
        Part::PLAIN,
        Part {
            output: OutputPolicy::Keep,
            ..Part::PLAIN
        },
    ];
    let asked = begin(&mut parties, 1, &program, &[script.as_bytes()], &parts).await;
    let mut statements: Vec<Statement> = Vec::new();
    let mut openings: Vec<Option<Opening>> = Vec::new();
    let mut kept = None;
    for (party, run) in parties.iter_mut().zip(asked) {
        let shown = party.watch(run).await;
        assert!(exited(&shown, 4), "{shown:?}");
        statements.push(shown.statement.unwrap());
        openings.push(shown.opening);
        kept = shown.outcome.kept;
    }
    let documents = Documents::new();
    let verifier = Verifier::new(&roster, &documents);
    let ran = statements[0].agreement;
    verifier.statements(ran, &statements).unwrap();
    let opening = openings[0].as_ref().unwrap();
    verifier.opening(&statements[0], opening).unwrap();
    assert_eq!(opening.sha256, digest(b"sum: 3\n"));
    assert_eq!(opening.length, 7);

    // What stays on the host is opened by what stays beside it, for its owner alone.
    assert_eq!(openings[1], None);
    let beside = std::path::PathBuf::from(kept.unwrap()).with_extension("opening.json");
    let mode = fs::metadata(&beside).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let opening: Opening = serde_json::from_slice(&fs::read(&beside).unwrap()).unwrap();
    verifier.opening(&statements[1], &opening).unwrap();
    assert_eq!(opening.sha256, digest(b"sum: 3\n"));

    for party in &mut parties {
        let mut changed = statements.clone();
        changed[0].output = digest(b"another");
        let statements = statements.clone();
        let why = party
            .refuses(Request::Conclude {
                statements: changed,
            })
            .await;
        assert!(why.contains("statement of party p0 is not signed"), "{why}");
        let asked = statements.clone();
        match party.request(Request::Conclude { statements }).await {
            Reply::Concluded { conclusion } => {
                verifier.conclusion(ran, &asked, &conclusion).unwrap();
            }
            reply => panic!("{reply:?}"),
        }
    }
    for party in parties {
        party.leave().await;
    }
}
