//! Programs that an overlay wants in a network of their own: started there, and attended to like any others.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod common;

use std::{fs, time::Duration};

use common::{
    twisted::{TWISTED, Twist, with_twist},
    *,
};
use e3_overlay::{ProgramNeeds, ProgramPlace};
use e3_session::{controller::Heard, message::Request, types::Ending};
use e3_sys::program_namespace::{ProgramNamespace, Traffic};
use tokio::sync::mpsc;

const NOTICE: &str = "programs have a network of their own";
/// What happens to a link.
const TROUBLE: &str = "a connection was reset";

#[tokio::test]
async fn a_program_runs_where_the_overlay_wants_it() {
    let mut party = placed().await;
    let script = r#"
import os, resource
print(os.readlink("/proc/self/ns/net"), os.getuid())
print([line.split()[1] for line in open("/proc/self/status") if line.startswith("Cap")])
sum(range(3_000_000))
print("used", resource.getrusage(resource.RUSAGE_SELF).ru_utime)
"#;
    let mut networks = Vec::new();
    // What keeps the namespace is not taken for what the first program has left behind.
    for run in 1..=2 {
        let shown = run_script(&mut party, run, script).await;
        assert!(exited(&shown, 0), "{shown:?}");
        let lines: Vec<_> = shown.stdout.lines().collect();
        let (network, user) = lines[0].split_once(' ').unwrap();
        assert_eq!(user.parse(), Ok(rustix::process::getuid().as_raw()));
        assert_eq!(
            lines[1],
            format!("{:?}", ["0000000000000000"; 5]).replace('"', "'")
        );
        assert!(shown.outcome.cpu_s > 0.01, "{shown:?}");
        networks.push(network.to_owned());
    }
    let own = fs::read_link("/proc/self/ns/net").unwrap();
    assert_eq!(networks[0], networks[1]);
    assert_ne!(networks[0], own.display().to_string());
    party.leave().await;
}

#[tokio::test]
async fn what_a_program_leaves_behind_there_is_ended() {
    let mut party = placed().await;
    let shown = run_script(&mut party, 1, DETACHING).await;
    assert!(exited(&shown, 0), "{shown:?}");
    for word in ["daemon ", "other "] {
        assert_gone(printed(&shown.stdout, word)).await;
    }
    party.leave().await;
}

#[tokio::test]
async fn a_program_there_is_stopped() {
    let mut party = placed().await;
    let run = begin_script(&mut party, 1, "import time\ntime.sleep(1000)", 600).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let stop = Request::Stop {
        grace_ms: 100,
        because: "the test says so".to_owned(),
    };
    party.request(stop).await;
    let shown = party.watch(run).await;
    assert_eq!(shown.outcome.ending, Ending::Cancelled);
    party.leave().await;
}

#[tokio::test]
async fn what_is_to_be_known_is_told() {
    let mut party = Party::start("p0", with_twist::<Placed>());
    admit(std::slice::from_mut(&mut party), TWISTED).await;
    connect(std::slice::from_mut(&mut party)).await;
    match party.hear().await {
        Heard::Notice { text } => assert_eq!(text, NOTICE),
        other => panic!("{other:?}"),
    }
    // Later, unasked.
    match party.hear().await {
        Heard::Notice { text } => assert_eq!(text, TROUBLE),
        other => panic!("{other:?}"),
    }
    party.leave().await;
}

/// One party that has joined, connected with nobody.
async fn placed() -> Party {
    connected(1, TWISTED, with_twist::<Placed>())
        .await
        .remove(0)
}

/// `direct`, with a network for programs in which there is nobody.
struct Placed(ProgramNamespace);

impl Default for Placed {
    fn default() -> Self {
        Self(ProgramNamespace::make(Traffic::Near).expect("this machine has namespaces"))
    }
}

impl Twist for Placed {
    fn program_needs(&self) -> ProgramNeeds {
        ProgramNeeds {
            place: ProgramPlace::Namespace(self.0.entrance()),
            notice: Some(NOTICE.to_owned()),
            ..ProgramNeeds::default()
        }
    }

    fn notices(&mut self) -> Option<mpsc::Receiver<String>> {
        let (tell, told) = mpsc::channel(1);
        tell.try_send(TROUBLE.to_owned()).unwrap();
        Some(told)
    }
}
