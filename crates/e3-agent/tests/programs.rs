//! Programs that behave, and programs that do not.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod common;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    time::{Duration, Instant},
};

use common::*;
use e3_overlay::Registry;
use e3_session::{
    message::{Reply, Request},
    types::{Ending, Interpreter, Kind, OutputPolicy, ProgramEvent},
};

/// Two parties add their private inputs; each prints the sum, and where its input was.
const SUM: &str = r#"
import os
from mpyc.runtime import mpc
secint = mpc.SecInt(32)
path = os.environ["E3_INPUT"]
mine = int(open(path).read())
async def main():
    await mpc.start()
    print("sum", await mpc.output(mpc.sum(mpc.input(secint(mine)))), flush=True)
    print("mode", oct(os.stat(path).st_mode & 0o777), oct(os.stat(os.path.dirname(path)).st_mode & 0o777))
    print("path", path)
    await mpc.shutdown()
mpc.run(main())
"#;

#[tokio::test]
async fn real_programs_run_one_after_another() {
    let mut parties = connected(2, "direct", Registry::builtin()).await;
    for run in 1..=2 {
        let program = program(SUM, 2, 60);
        let part = |input| Part {
            input: Some(("mine.txt", input)),
            ..Part::PLAIN
        };
        let parts = [part("20"), part("22")];
        let asked = begin(&mut parties, run, &program, &[SUM.as_bytes()], &parts).await;
        for (party, id) in parties.iter_mut().zip(asked) {
            let shown = party.watch(id).await;
            assert!(exited(&shown, 0), "{shown:?}");
            assert_eq!(printed(&shown.stdout, "sum "), 42);
            assert!(shown.stdout.contains("mode 0o600 0o700"), "{shown:?}");
            let input = shown
                .stdout
                .split_once("path ")
                .unwrap()
                .1
                .split_whitespace()
                .next()
                .unwrap();
            assert!(!fs::exists(input).unwrap(), "the private input is left");
            assert!(
                shown
                    .events
                    .starts_with(&[ProgramEvent::Started, ProgramEvent::Connected])
            );
            assert!(shown.outcome.runtime_elapsed_s.is_some());
            assert!(shown.outcome.bytes_sent.unwrap() > 0);
            assert!(
                shown.outcome.elapsed_s > 0.05 && shown.outcome.cpu_s > 0.01,
                "{shown:?}"
            );
            assert!(shown.outcome.peak_memory > 5_000_000, "{shown:?}");
            assert!(shown.outcome.agent_cpu_s > 0.0 && shown.outcome.agent_memory > 1_000_000);
        }
    }
    for party in parties {
        party.leave().await;
    }
}

#[tokio::test]
async fn a_crash_tells_its_code_and_its_last_lines() {
    let mut party = alone().await;
    let shown = run_script(&mut party, 1, "import sys\nprint('bye')\nsys.exit(7)").await;
    assert!(exited(&shown, 7), "{shown:?}");
    assert_eq!(shown.stdout, "bye\n");
    let shown = run_script(&mut party, 2, "raise KeyError('lost')").await;
    assert!(
        exited(&shown, 1) && shown.stderr.contains("KeyError: 'lost'"),
        "{shown:?}"
    );
    let shown = run_script(&mut party, 3, "import os\nos.kill(os.getpid(), 11)").await;
    assert_eq!(shown.outcome.ending, Ending::Signalled(11));
    let shown = run_script(&mut party, 4, "import sys\nprint(len(sys.stdin.read()))").await;
    assert_eq!(shown.stdout, "0\n", "its input is empty");
    party.leave().await;
}

#[tokio::test]
async fn what_cannot_be_started_is_told() {
    let mut party = alone().await;
    let script = "print(1)";
    let mut program = program(script, 1, 20);
    // The runtime's own option, which may not be among a program's arguments.
    program.arguments = vec!["-M5".to_owned()];
    let parties = std::slice::from_mut(&mut party);
    let id = begin(parties, 1, &program, &[script.as_bytes()], &[Part::PLAIN]).await[0];
    let Ending::NotStarted(why) = party.watch(id).await.outcome.ending else {
        panic!()
    };
    assert!(why.contains("-M"), "{why}");

    let interpreter = Interpreter::Named {
        path: "/nowhere/python".to_owned(),
    };
    program.kind = Kind::Mpyc {
        threshold: 0,
        interpreter,
    };
    party
        .stage(2, &program, &[script.as_bytes()], &Part::PLAIN)
        .await;
    let run = e3_session::types::RunId(2);
    let reply = party.request(Request::Agree { run }).await;
    let Reply::Refused(refusal) = reply else {
        panic!("{reply:?}")
    };
    assert!(refusal.message.contains("/nowhere/python"), "{refusal}");
    party.leave().await;
}

#[tokio::test]
async fn a_program_that_never_ends_is_timed_out() {
    let mut party = alone().await;
    // It ignores the polite signal, so it gets the other.
    let script =
        "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('up')\ntime.sleep(1000)";
    let start = Instant::now();
    let id = begin_script(&mut party, 1, script, 1).await;
    let shown = party.watch(id).await;
    assert_eq!(shown.outcome.ending, Ending::TimedOut);
    assert!(start.elapsed() < Duration::from_secs(6));
    assert!(shown.outcome.elapsed_s > 2.9, "it had its grace: {shown:?}");
    party.leave().await;
}

#[tokio::test]
async fn a_program_is_stopped_politely() {
    let mut party = alone().await;
    // Said at once, which `print` does not promise.
    let script = "import os, signal, sys, time\n\
        signal.signal(15, lambda *_: (print('asked to stop'), sys.exit(0)))\nos.write(1, b'up\\n')\ntime.sleep(1000)";
    let id = begin_script(&mut party, 1, script, 60).await;
    // Not before it can take the signal.
    let up = party.hear().await;
    assert_eq!(
        party
            .request(Request::Stop {
                grace_ms: 5000,
                because: "the test is over".to_owned(),
            })
            .await,
        Reply::Stopping
    );
    let shown = party.watch(id).await;
    assert_eq!(shown.outcome.ending, Ending::Cancelled, "{up:?}");
    assert_eq!(shown.stdout, "asked to stop\n");
    party.leave().await;
}

#[tokio::test]
async fn who_detaches_ends_with_the_program() {
    let mut party = alone().await;
    let shown = run_script(&mut party, 1, DETACHING).await;
    assert!(exited(&shown, 0), "{shown:?}");
    assert!(shown.outcome.elapsed_s < 5.0);
    for word in ["daemon ", "other "] {
        assert_gone(printed(&shown.stdout, word)).await;
    }
    party.leave().await;
}

#[tokio::test]
async fn kept_output_stays_on_the_host() {
    let mut party = alone().await;
    let script = "print('my secret')\nraise SystemExit(3)";
    let program = program(script, 1, 20);
    let part = Part {
        input: Some(("in.csv", "1,2")),
        output: OutputPolicy::Keep,
    };
    let parties = std::slice::from_mut(&mut party);
    let id = begin(parties, 1, &program, &[script.as_bytes()], &[part]).await[0];
    let shown = party.watch(id).await;
    assert!(exited(&shown, 3), "{shown:?}");
    assert_eq!((shown.stdout.as_str(), shown.stderr.as_str()), ("", ""));
    let kept = shown.outcome.kept.unwrap();
    let mode = fs::metadata(&kept).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "my secret\n");
    assert!(
        !fs::exists(party.folder.join("run-1")).unwrap(),
        "the input is left"
    );
    let folder = party.folder.clone();
    assert_eq!(party.request(Request::Leave).await, Reply::Left);
    party.agent.await.unwrap();
    assert_clean(&folder);
    assert!(fs::exists(kept).unwrap(), "kept output stays after the end");
}
