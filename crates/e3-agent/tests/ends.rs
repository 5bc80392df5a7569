//! Every way in which a conversation can end, and what must not end it.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may unwrap as tests do"
)]

mod common;

use std::{
    fs,
    io::Write as _,
    os::{fd::OwnedFd, unix::net::UnixStream as StdUnixStream},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use common::*;
use e3_agent::{Farewell, serve};
use e3_overlay::Registry;
use e3_session::{
    frame::{Decoder, encode},
    message::{PROTOCOL, RefusalCode, Reply, Request, ToAgent, ToController},
    types::SessionId,
};
use proptest::prelude::*;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixStream,
};

const SLEEPER: &str = "import os, time\nprint('pid', os.getpid(), flush=True)\ntime.sleep(1000)";

/// Starts a program that never ends by itself; gives its process.
async fn sleeper(party: &mut Party) -> u32 {
    let program = program(SLEEPER, 1, 600);
    let part = Part {
        input: Some(("secret.csv", "1,2,3")),
        ..Part::PLAIN
    };
    let parties = std::slice::from_mut(party);
    begin(parties, 1, &program, &[SLEEPER.as_bytes()], &[part]).await;
    first_pid(party).await
}

/// The process that the first line of output names.
async fn first_pid(party: &mut Party) -> u32 {
    let mut line = Vec::new();
    while !line.contains(&b'\n') {
        if let Reply::Output { data, .. } = party.next().await.reply {
            line.extend(data.into_vec());
        }
    }
    printed(&String::from_utf8(line).unwrap(), "pid ")
}

#[tokio::test]
async fn a_controller_that_vanishes_leaves_nothing() {
    let mut party = alone().await;
    let pid = sleeper(&mut party).await;
    let folder = party.folder.clone();
    assert!(fs::exists(folder.join("run-1/input/secret.csv")).unwrap());
    let start = Instant::now();
    let (farewell, _home) = party.vanish().await;
    assert_eq!(farewell, Farewell::Vanished);
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_gone(pid).await;
    assert_clean(&folder);
}

#[tokio::test]
async fn a_controller_that_vanishes_without_reading_leaves_nothing() {
    let mut party = alone().await;
    let script = "import os\nwhile True: os.write(1, b'x' * 65536)";
    begin_script(&mut party, 1, script, 600).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let folder = party.folder.clone();
    let (farewell, _home) = party.vanish().await;
    assert_eq!(farewell, Farewell::Vanished);
    assert_clean(&folder);
}

#[tokio::test]
async fn leaving_stops_what_runs() {
    let mut party = alone().await;
    let pid = sleeper(&mut party).await;
    party.leave().await;
    assert_gone(pid).await;
}

#[tokio::test]
async fn an_unreadable_request_is_refused_and_the_next_one_read() {
    let mut party = Party::start("p0", Registry::builtin());
    // A frame whose content is no message.
    party.write(&[0, 0, 0, 3, 0xff, 0xff, 0xff]).await;
    let message = party.next().await;
    match (message.re, message.reply) {
        (_, Reply::Refused(refusal)) => assert_eq!(refusal.code, RefusalCode::Unreadable),
        (0, Reply::Notice { .. }) => {}
        other => panic!("{other:?}"),
    }
    party.greet("direct").await;
    party.leave().await;
}

#[tokio::test]
async fn what_speaks_another_protocol_is_left_alone() {
    let mut party = Party::start("p0", Registry::builtin());
    party.write(b"GET / HTTP/1.1\r\n\r\n").await;
    assert!(matches!(
        party.next().await.reply,
        Reply::Refused(_) | Reply::Notice { .. }
    ));
    assert_eq!(party.agent.await.unwrap(), Farewell::Broken);
}

#[tokio::test]
async fn an_unknown_overlay_is_refused_with_those_that_are_known() {
    let mut party = Party::start("p0", Registry::builtin());
    party
        .request(Request::Hello {
            protocol: PROTOCOL,
            session: SessionId([1; 16]),
            name: "p0".to_owned(),
            folder: party.folder.display().to_string(),
        })
        .await;
    let settings = e3_session::message::Settings {
        overlay: "carrier-pigeon".to_owned(),
        options: e3_session::types::Options::default(),
        policy: first_use(),
        services: Vec::new(),
    };
    let Reply::Refused(refusal) = party.request(Request::Prepare(settings)).await else {
        panic!()
    };
    assert!(refusal.message.contains("carrier-pigeon") && refusal.message.contains("direct"));
    party.leave().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever comes, the agent ends when its input does.
    #[test]
    fn any_bytes_come_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..200), framed in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut to, input) = tokio::io::duplex(1024);
            let (output, mut from) = tokio::io::duplex(1024);
            let agent = tokio::spawn(serve(input, output, Registry::builtin()));
            if framed {
                let length = u32::try_from(bytes.len()).unwrap();
                to.write_all(&length.to_be_bytes()).await.unwrap();
            }
            to.write_all(&bytes).await.unwrap();
            drop(to);
            let mut said = Vec::new();
            let _ = from.read_to_end(&mut said).await;
            agent.await.unwrap();
        });
    }
}

/// Not a test by itself: the agent that `a_killed_agent_takes_its_program_along` starts, on its standard input.
#[test]
fn agent_process() {
    if std::env::var_os("E3_TEST_AGENT").is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let fd: OwnedFd = std::os::fd::AsFd::as_fd(&std::io::stdin())
            .try_clone_to_owned()
            .unwrap();
        let stream = StdUnixStream::from(fd);
        stream.set_nonblocking(true).unwrap();
        let (input, output) = UnixStream::from_std(stream).unwrap().into_split();
        serve(input, output, Registry::builtin()).await;
    });
}

/// What is said to an agent in a process of its own.
struct Line {
    stream: UnixStream,
    decoder: Decoder<ToController>,
}

impl Line {
    async fn ask(&mut self, id: u32, request: Request) {
        let bytes = encode(&ToAgent { id, request }).unwrap();
        self.stream.write_all(&bytes).await.unwrap();
    }

    async fn hear(&mut self) -> Reply {
        let mut bytes = [0; 4096];
        loop {
            if let Some(message) = self.decoder.next() {
                return message.unwrap().reply;
            }
            let read = self.stream.read(&mut bytes).await.unwrap();
            assert!(read > 0);
            self.decoder.push(&bytes[..read]);
        }
    }
}

#[tokio::test]
async fn a_killed_agent_takes_its_command_along() {
    let home = tempfile::tempdir().unwrap();
    let (ours, theirs) = StdUnixStream::pair().unwrap();
    let mut agent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "agent_process", "--nocapture"])
        .env("E3_TEST_AGENT", "1")
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    ours.set_nonblocking(true).unwrap();
    let mut line = Line {
        stream: UnixStream::from_std(ours).unwrap(),
        decoder: Decoder::new(),
    };
    let hello = Request::Hello {
        protocol: PROTOCOL,
        session: SessionId([1; 16]),
        name: "p0".to_owned(),
        folder: home.path().join("agent").display().to_string(),
    };
    line.ask(1, hello).await;
    assert!(matches!(line.hear().await, Reply::Greeting { .. }));
    let argv = ["sh", "-c", "echo pid $$; exec sleep 1000"]
        .map(str::to_owned)
        .to_vec();
    line.ask(2, Request::Exec { argv }).await;
    let Reply::Output { data, .. } = line.hear().await else {
        panic!()
    };
    let pid = printed(&String::from_utf8(data.into_vec()).unwrap(), "pid ");
    agent.kill().unwrap();
    agent.wait().unwrap();
    assert_gone(pid).await;
    std::io::stdout().flush().unwrap();
}
