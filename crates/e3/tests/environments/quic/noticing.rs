//! What happens to connections reaches the person who runs the programs: who did what to which, and what to do next.

use serde_json::Value;

use super::workshop;
use crate::support::workshop::Workshop;

/// Party 1 says, as often as it likes, that it is party 2; then all go on as if nothing had been.
const IMPOSTOR: &str = "
import socket, sys
from mpyc.runtime import mpc

if mpc.pid == 1:
    there = mpc.parties[0]
    print('port', there.port, file=sys.stderr, flush=True)
    for _ in range(20):
        with socket.create_connection((there.host, there.port)) as taken:
            taken.sendall(bytes([2, 0]) + bytes(16))
            try:
                answer = taken.recv(1)
            except ConnectionResetError:
                answer = 'reset'
            print('answer', answer, file=sys.stderr, flush=True)

async def main():
    await mpc.start()
    secint = mpc.SecInt()
    print(int(await mpc.output(mpc.sum(mpc.input(secint(1))))))
    await mpc.shutdown()

mpc.run(main())
";

/// What the user was warned of that happened to connections, in a run's record, in its events and on the screen: the same.
fn warnings(workshop: &Workshop, screen: &str) -> Vec<String> {
    let record = workshop.record();
    let kept = record["warnings"].as_array().unwrap().iter();
    let kept = kept.map(|text| text.as_str().unwrap().to_owned());
    // A busy machine is warned of, too.
    let mut kept: Vec<String> = kept.filter(|text| text.contains(" connection ")).collect();
    let events = workshop.read("runs/latest/events.jsonl");
    for text in &kept {
        let quoted = Value::from(text.as_str()).to_string();
        assert!(events.contains(&quoted), "{text}: {events}");
        let shown = format!("warning: {text}\n");
        assert_eq!(screen.matches(&shown).count(), 1, "{text}: {screen}");
    }
    kept.sort();
    kept
}

#[test]
fn a_member_that_claims_anothers_place_is_named_once() {
    let workshop = workshop();
    workshop.put("program.py", IMPOSTOR);
    let ran = workshop.e3(&["run"]).succeeded();
    let told = warnings(&workshop, &ran.err);
    let log = workshop.read("runs/latest/party-1.log");
    let port = log.lines().find_map(|line| line.strip_prefix("port "));
    let port = port.unwrap_or_else(|| panic!("{log}"));
    // Each once, however often it was tried: at the one that was called, and at the one whose program it is.
    let said = [
        format!(
            "ams: party 1 (phone) opened a connection to port {port} that claimed to be party 2's; it was reset before \
             the program heard of it. A program of that party's does not do what was agreed: ask whoever runs phone, or \
             leave it out"
        ),
        format!(
            "phone: party 0 (ams) reset a connection to its port {port}: the connection claimed to be another party's. A \
             party's program has to be started with the party's own index: see its arguments"
        ),
    ];
    assert_eq!(told, said);
    assert_eq!(log.matches("answer reset").count(), 20, "{log}");
    assert_eq!(workshop.record()["outcome"]["same"], "3\n");
    workshop.nothing_left();
}

/// Goes on for as long as it is let, and says what happens to its connections.
const LISTENER: &str = "
import asyncio, sys
from mpyc import asyncoro
from mpyc.runtime import mpc

def lost(self, error):
    print('lost', self.peer_pid, type(error).__name__, file=sys.stderr, flush=True)

asyncoro.MessageExchanger.connection_lost = lost

async def main():
    await mpc.start()
    secint = mpc.SecInt()
    while True:
        await mpc.output(mpc.sum(mpc.input(secint(1))))
        await asyncio.sleep(0.03)

mpc.run(main())
";

#[test]
fn an_outage_longer_than_declared_is_told_by_both_ends() {
    let workshop = workshop();
    workshop.put("program.py", LISTENER);
    workshop.put("what.scenario", "at 2s: *–* down for 60s\n");
    // MPyC's runtime does not end when a connection does: that it was told is not enough, and its user has to be.
    let ran = workshop.e3(&[
        "run",
        "--scenario",
        "what.scenario",
        "--set",
        "quic.outage=5 s",
        "--set",
        "program.timeout=16 s",
    ]);
    assert_eq!(ran.code, 1, "{ran:#?}");
    let told = warnings(&workshop, &ran.err);
    for (host, peer) in [
        ("ams", "party 1 (phone)"),
        ("ams", "party 2 (home)"),
        ("phone", "party 0 (ams)"),
        ("home", "party 0 (ams)"),
    ] {
        let begin =
            format!("{host}: a connection with {peer} was reset: nothing came through for ");
        let mut told = told.iter().filter(|text| text.starts_with(&begin));
        let text = told.next().unwrap_or_else(|| panic!("{begin}: {ran:#?}"));
        assert!(
            text.ends_with(
                "longer than an outage may last. Run the program again when `e3 status` shows the link; \
                 `outage` in [quic] says how long to wait for it"
            ),
            "{text}"
        );
        assert_eq!(told.next(), None);
    }
    // The programs themselves hear of it as of a host that has forgotten them.
    for party in 0..3 {
        let log = workshop.read(&format!("runs/latest/party-{party}.log"));
        for peer in (0..3).filter(|peer| *peer != party) {
            let lost = format!("lost {peer} ConnectionResetError\n");
            assert_eq!(log.matches(&lost).count(), 1, "{lost}: {log}");
        }
    }
    workshop.nothing_left();
}
