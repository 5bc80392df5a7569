//! Commands on the host, while a program may be running.

mod common;

use common::*;
use e3_session::{
    message::{RefusalCode, Reply, Request},
    types::Ending,
};
use serde_bytes::ByteBuf;

fn command(argv: &[&str]) -> Request {
    Request::Exec {
        argv: argv.iter().map(ToString::to_string).collect(),
    }
}

fn feed(to: u32, data: &[u8]) -> Request {
    Request::Feed {
        to,
        data: ByteBuf::from(data),
    }
}

#[tokio::test]
async fn a_command_tells_what_it_prints_and_its_code() {
    let mut party = alone().await;
    let id = party
        .ask(command(&["sh", "-c", "echo out; echo err >&2; exit 4"]))
        .await;
    let shown = party.watch(id).await;
    assert!(exited(&shown, 4), "{shown:?}");
    assert_eq!(
        (shown.stdout.as_str(), shown.stderr.as_str()),
        ("out\n", "err\n")
    );

    let id = party.ask(command(&["/nowhere/program"])).await;
    let shown = party.watch(id).await;
    assert!(matches!(&shown.outcome.ending, Ending::NotStarted(why) if why.contains("/nowhere")));

    let Reply::Refused(refusal) = party.request(command(&[])).await else {
        panic!()
    };
    assert_eq!(refusal.code, RefusalCode::Unusable);
    party.leave().await;
}

#[tokio::test]
async fn a_command_is_fed_until_its_input_ends() {
    let mut party = alone().await;
    let id = party.ask(command(&["sort"])).await;
    for line in ["b\n", "a\n"] {
        assert_eq!(
            party.request(feed(id, line.as_bytes())).await,
            Reply::Stored
        );
    }
    assert_eq!(party.request(feed(id, b"")).await, Reply::Stored);
    let refused = party.request(feed(id, b"c\n")).await;
    assert!(matches!(refused, Reply::Refused(_)), "{refused:?}");
    let shown = party.watch(id).await;
    assert_eq!(shown.stdout, "a\nb\n");
    party.leave().await;
}

#[tokio::test]
async fn many_things_go_on_at_once() {
    let mut party = alone().await;
    let script = "import time\nprint('up', flush=True)\ntime.sleep(1)\nprint('done')";
    let run = begin_script(&mut party, 1, script, 20).await;
    let slow = party.ask(command(&["sleep", "1000"])).await;
    let quick = party.ask(command(&["echo", "quick"])).await;
    let shown = party.watch(quick).await;
    assert_eq!(shown.stdout, "quick\n");
    assert_eq!(
        party.request(Request::Links).await,
        Reply::Links(Vec::new())
    );

    // The program's end leaves the command alone.
    let shown = party.watch(run).await;
    assert!(
        exited(&shown, 0) && shown.stdout == "up\ndone\n",
        "{shown:?}"
    );
    assert_eq!(
        party.request(Request::Kill { exec: slow }).await,
        Reply::Stopping
    );
    let shown = party.watch(slow).await;
    assert_eq!(shown.outcome.ending, Ending::Cancelled);
    party.leave().await;
}
