//! Commands on the host, while a program may be running.

mod common;

use std::time::Duration;

use common::*;
use e3_session::{
    message::{RefusalCode, Reply, Request},
    types::Ending,
};
use serde_bytes::ByteBuf;
use tokio::time::{sleep, timeout};

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

#[tokio::test]
async fn what_a_command_leaves_behind_ends_with_it() {
    let mut party = alone().await;
    // The first prints without end, the second has ended when its parent does.
    let script =
        "setsid sh -c 'echo first $$; exec yes' & setsid sh -c 'echo second $$' & sleep 0.3";
    let id = party.ask(command(&["sh", "-c", script])).await;
    let shown = timeout(PATIENCE / 3, party.watch(id)).await;
    let shown = shown.expect("it goes on after its end");
    assert!(exited(&shown, 0), "{:?}", shown.outcome);
    for name in ["first ", "second "] {
        assert_gone(printed(&shown.stdout, name)).await;
    }
    party.leave().await;
}

#[tokio::test]
async fn a_command_ends_though_somebody_unknown_prints_on() {
    let mut party = alone().await;
    let script = "env -i setsid sh -c 'echo pid $$; exec yes' & sleep 0.3";
    let id = party.ask(command(&["sh", "-c", script])).await;
    let shown = timeout(PATIENCE / 3, party.watch(id)).await;
    let shown = shown.expect("it goes on after its end");
    let pid = printed(&shown.stdout, "pid ");
    // Nobody reads it any more, which ends it; whatever ends next reaps it.
    let ended = async {
        while !std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .is_ok_and(|stat| stat.contains(") Z "))
        {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let _ = timeout(Duration::from_secs(1), ended).await;
    let id = party.ask(command(&["true"])).await;
    party.watch(id).await;
    assert_gone(pid).await;
    party.leave().await;
}

#[tokio::test]
async fn what_a_running_command_has_detached_outlives_a_program() {
    let mut party = alone().await;
    let file = party.folder.with_file_name("pid");
    let detached = format!(
        "echo $$ > {0}.new; mv {0}.new {0}; exec sleep 1000",
        file.display()
    );
    let script = format!("(setsid sh -c '{detached}' &); sleep 1000");
    let id = party.ask(command(&["sh", "-c", &script])).await;
    let begun = async {
        loop {
            match std::fs::read_to_string(&file) {
                Ok(pid) => break pid.trim().parse::<u32>().unwrap(),
                Err(_) => sleep(Duration::from_millis(5)).await,
            }
        }
    };
    let pid = timeout(PATIENCE, begun).await.unwrap();
    let shown = run_script(&mut party, 1, "print('done')").await;
    assert!(exited(&shown, 0), "{shown:?}");
    let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    assert!(
        command.starts_with("sleep"),
        "the program's end has ended it"
    );
    let kill = Request::Kill { exec: id };
    assert_eq!(party.request(kill).await, Reply::Stopping);
    party.watch(id).await;
    assert_gone(pid).await;
    party.leave().await;
}
