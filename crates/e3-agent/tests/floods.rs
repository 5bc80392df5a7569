//! Programs that say more than anybody reads: an agent's memory does not grow by it.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod common;

use std::{fs, time::Duration};

use common::*;
use e3_session::{
    message::{Reply, Request},
    types::Ending,
};
use tokio::sync::Mutex;

/// The whole process is measured: no two tests at once.
static ALONE: Mutex<()> = Mutex::const_new(());

#[tokio::test]
async fn output_without_end_fills_no_memory_and_can_be_stopped() {
    let _alone = ALONE.lock().await;
    let mut party = alone().await;
    let script = "import os\nb = b'x' * 65535 + b'\\n'\nfor _ in range(16384): os.write(1, b)";
    let id = begin_script(&mut party, 1, script, 60).await;
    let before = resident();
    // Nobody reads: the program has to wait.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(resident() - before < 4_000_000, "{before} {}", resident());
    let stop = party
        .ask(Request::Stop {
            grace_ms: 100,
            because: "the test is over".to_owned(),
        })
        .await;
    assert_eq!(party.finish(stop).await, Reply::Stopping);
    let shown = party.watch(id).await;
    assert_eq!(shown.outcome.ending, Ending::Cancelled);
    assert!(shown.stdout.len() < 2_000_000, "{}", shown.stdout.len());
    party.leave().await;
}

#[tokio::test]
async fn a_flood_arrives_whole() {
    let _alone = ALONE.lock().await;
    let mut party = alone().await;
    let script = "import os\nb = b'x' * 65535 + b'\\n'\nfor _ in range(2048):\n  v = b\n  while v: v = v[os.write(1, v):]";
    let id = begin_script(&mut party, 1, script, 60).await;
    let before = resident();
    let mut bytes = 0;
    loop {
        let message = party.next().await;
        match message.reply {
            Reply::Output { data, .. } => bytes += data.len(),
            Reply::Ended(end) if message.re == id => {
                assert_eq!(end.outcome.ending, Ending::Exited(0));
                break;
            }
            reply => panic!("{reply:?}"),
        }
    }
    assert_eq!(bytes, 1 << 27);
    assert!(resident() - before < 8_000_000, "{before} {}", resident());
}

/// Bytes of memory that this process has, agents included.
fn resident() -> i64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    1024 * i64::from(printed(&status, "VmRSS:"))
}
