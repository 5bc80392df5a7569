//! Programs of kind `command`: what they are told, what is agreed of them, and how they end.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::support::workshop::Workshop;

/// Three hosts on two continents, each with a private input, and a command.
fn put(workshop: &Workshop, program: &str) {
    workshop.put(
        "e3.toml",
        &format!(
            "[hosts.ams]\ncount = 2\nregion = \"ams3\"\nsite = \"own\"\ninput = \"in/{{index}}.txt\"\n\
             [hosts.sgp]\nregion = \"sgp1\"\n[program]\nkind = \"command\"\ntimeout = \"1 min\"\n{program}\n"
        ),
    );
    for index in 0..2 {
        workshop.put(&format!("in/{index}.txt"), &format!("secret {index}\n"));
    }
}

/// A file that travels and can be executed.
fn put_player(workshop: &Workshop, name: &str, text: &str) {
    workshop.put(name, text);
    fs::set_permissions(workshop.path(name), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_command_is_told_everything_by_templates_and_variables() {
    let workshop = Workshop::new();
    put(
        &workshop,
        r#"command = ["./bin/player", "-N", "{count}", "-p", "{index}", "-h={address:0}", "--peer={endpoint:others}", "{{x}}"]
args = ["{ports}", "{input}"]
folder = "framework"
env = { RANK = "{number}", SELF = "{endpoint}", PEERS = "{peers_file}", HOSTS = "{hosts_file}" }
ports = "indexed"
port = 5000
input_as = "Player-Data/Input-P{index}-0""#,
    );
    put_player(
        &workshop,
        "framework/bin/player",
        "#!/bin/sh\nfor word in \"$@\"; do echo \"$word\"; done | sed '$d'\n\
         echo \"$RANK $SELF $E3_PARTY/$E3_PARTIES $E3_PEERS\"\n\
         cat \"$PEERS\" \"$HOSTS\" \"$(eval echo \\${$#})\" Player-Data/* 2>/dev/null\nls\n",
    );
    workshop.e3(&["run", "--json"]).succeeded();
    let record = workshop.record();
    assert_eq!(record["kind"], "command");
    assert_eq!(record["threshold"], serde_json::Value::Null);
    let out = |party: usize| workshop.read(&format!("runs/latest/party-{party}.out"));
    let first = out(0);
    let lines: Vec<&str> = first.lines().collect();
    assert_eq!(lines[..4], ["-N", "3", "-p", "0"]);
    let root = lines[4].strip_prefix("-h=").unwrap();
    let peers: Vec<&str> = lines[10..13].to_vec();
    assert_eq!(peers[0], format!("{root}:5000"));
    assert!(
        peers[1].ends_with(":5001") && peers[2].ends_with(":5002"),
        "{peers:?}"
    );
    let asked: Vec<String> = peers[1..]
        .iter()
        .map(|peer| format!("--peer={peer}"))
        .collect();
    assert_eq!(lines[5..7], asked);
    assert_eq!(lines[7..9], ["{x}", "5000,5001,5002"]);
    assert_eq!(lines[9], format!("1 {root}:5000 0/3 {}", peers.join(",")));
    assert!(
        first.contains("secret 0\nsecret 0\n"),
        "at both places: {first}"
    );
    assert!(first.ends_with("Player-Data\nbin\n"), "{first}");
    let third = out(2);
    assert!(
        third.contains(&format!("--peer={}\n--peer={}\n", peers[0], peers[1])),
        "{third}"
    );
    assert!(
        !third.contains("secret") && third.ends_with("\nbin\n"),
        "{third}"
    );
    workshop.nothing_left();
}

/// Each party tells every other its number over TCP, and prints the sum.
const EXCHANGE: &str = r"#!/usr/bin/env python3
import os, socket, sys, time
me, peers = int(sys.argv[1]), [peer.rsplit(':', 1) for peer in sys.argv[2].split(',')]
own = int(open(os.environ['E3_INPUT']).read().split()[1]) + 5 if 'E3_INPUT' in os.environ else 30
listener = socket.create_server((peers[me][0], int(peers[me][1])))
total = own
for host, port in peers[:me]:
    while True:
        try:
            there = socket.create_connection((host, int(port)), 5)
            break
        except OSError:
            time.sleep(0.05)
    there.sendall(bytes([own]))
    total += there.recv(1)[0]
for _ in peers[me + 1:]:
    there, _ = listener.accept()
    there.sendall(bytes([own]))
    total += there.recv(1)[0]
print(total)
";

#[test]
fn a_program_that_travels_and_one_of_the_host_compute_together() {
    let workshop = Workshop::new();
    put_player(&workshop, "sum.py", EXCHANGE);
    for program in [
        "command = [\"./sum.py\", \"{index}\", \"{endpoints}\"]\nports = \"indexed\"\ndial = \"higher-to-lower\"",
        "command = [\"python3\", \"sum.py\", \"{index}\", \"{endpoints}\"]\nfolder = \".\"",
    ] {
        put(&workshop, program);
        workshop.e3(&["run"]).succeeded();
        let record = workshop.record();
        assert_eq!(record["outcome"]["same"], "41\n", "{record:#}");
        let runtime = record["agreement"]["runtime"].as_str().unwrap();
        let host = program.contains("python3");
        assert_eq!(runtime.starts_with("python3 sha256:"), host, "{runtime}");
    }
    workshop.nothing_left();
}

#[test]
fn its_exit_code_is_passed_through_and_what_is_missing_is_told() {
    let workshop = Workshop::new();
    put(
        &workshop,
        "command = [\"sh\", \"-c\", \"echo no; exit $((40 + {index}))\"]",
    );
    let ran = workshop.e3(&["run"]);
    assert!((40..43).contains(&ran.code), "{ran:?}");
    put(&workshop, "command = [\"no-such-player\", \"{index}\"]");
    let ran = workshop.e3(&["run"]).refused();
    assert!(
        ran.err.contains("no program `no-such-player` in its PATH"),
        "{}",
        ran.err
    );
    put(&workshop, "command = [\"./player\"]");
    workshop.put("player", "");
    let ran = workshop.e3(&["run"]).refused();
    assert!(ran.err.contains("`chmod +x` it"), "{}", ran.err);
    put(&workshop, "command = [\"./player\", \"{indx}\"]");
    let ran = workshop.e3(&["run"]).refused();
    assert!(
        ran.err.contains("e3.toml:11:24") && ran.err.contains("did you mean `{index}`?"),
        "{}",
        ran.err
    );
    workshop.nothing_left();
}
