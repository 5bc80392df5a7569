//! The port at which agents accept peers, where firewalls want to know it.

use std::collections::BTreeSet;

use crate::support::workshop::Workshop;

const ENVIRONMENT: &str = "\
[hosts.ams]
region = \"ams3\"

[hosts.home]
region = \"fra1\"
nat = \"home\"

[services.relay]
host = \"ams\"
ports = [\"8443/tcp\", \"8444/udp\"]

[quic]
port = 7843

[program]
kind = \"command\"
command = [\"echo\", \"done\"]
";

const PORT: u16 = 7843;

fn workshop() -> Workshop {
    let workshop = Workshop::new();
    workshop.put("e3.toml", ENVIRONMENT);
    workshop
}

/// The ports at which something listens, by the kernel's table (`proc_pid_net(5)`).
fn listens(workshop: &Workshop, host: &str, table: &str, state: &str) -> BTreeSet<u16> {
    let read = ["exec", host, "--", "cat", table];
    let table = workshop.e3(&read).succeeded().out;
    let lines = table.lines().skip(1).filter_map(|line| {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let port = words[1].rsplit_once(':').unwrap().1;
        (words[3] == state).then(|| u16::from_str_radix(port, 16).unwrap())
    });
    lines.collect()
}

#[test]
fn agents_accept_peers_there_and_nowhere_else() {
    let workshop = workshop();
    workshop.e3(&["up"]).succeeded();
    for (host, tcp, udp) in [
        (
            "ams",
            &[8443, 3478, PORT][..],
            &[8444, 3478, 3479, PORT][..],
        ),
        ("home", &[PORT], &[PORT]),
    ] {
        let tables = |of: [&str; 2], state: &str| {
            let both = of.map(|table| listens(&workshop, host, table, state));
            let [four, six] = both;
            &four | &six
        };
        // What the relay serves on loopback only is nobody's to reach; 5353 is multicast DNS.
        let found = tables(["/proc/net/tcp", "/proc/net/tcp6"], "0A");
        assert!(
            tcp.iter().all(|port| found.contains(port)),
            "{host}: {found:?}"
        );
        assert!(host != "home" || found.len() == 1, "{host}: {found:?}");
        let mut found = tables(["/proc/net/udp", "/proc/net/udp6"], "07");
        found.remove(&5353);
        assert_eq!(found, udp.iter().copied().collect(), "{host}");
    }
    workshop.e3(&["down"]).succeeded();
    // At once anew, at the same port.
    workshop.e3(&["run"]).succeeded();
    workshop.e3(&["run"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn firewalls_are_told_of_it_and_of_any_where_it_is_not_fixed() {
    let workshop = workshop();
    let ins = |set: &[&str]| {
        let plan = [&["plan", "--json", "--host", "ams"], set].concat();
        let plan = workshop.e3(&plan).succeeded().json();
        let rules = plan["firewall"]["hosts"][0]["rules"]
            .as_array()
            .unwrap()
            .clone();
        let better = rules.into_iter().filter(|rule| {
            rule["direction"] == "in" && rule["purpose"].as_str().unwrap().contains("better")
        });
        let told =
            better.map(|rule| format!("{} {}", rule["protocol"], rule["port"]).replace('"', ""));
        told.collect::<BTreeSet<_>>()
    };
    let fixed = ["TCP 7843", "UDP 7843", "UDP 8444"].map(str::to_owned);
    assert_eq!(ins(&[]), fixed.into());
    let elsewhere = ["TCP 9000", "UDP 9000", "UDP 8444"].map(str::to_owned);
    assert_eq!(ins(&["--set", "quic.port=9000"]), elsewhere.into());
    workshop.put("e3.toml", &ENVIRONMENT.replace("port = 7843", ""));
    let any = ["TCP any", "UDP any", "UDP 8444"].map(str::to_owned);
    assert_eq!(ins(&[]), any.into());
}

#[test]
fn a_port_that_is_taken_is_told_with_its_host() {
    let workshop = workshop();
    for (port, said) in [("8443", "TCP port 8443"), ("8444", "UDP port 8444")] {
        let refused = workshop.e3(&["run", "--set", &format!("quic.port={port}")]);
        let refused = refused.refused();
        for said in [said, "ams", "`quic.port`"] {
            assert!(refused.err.contains(said), "{said}: {}", refused.err);
        }
        assert!(
            !refused.err.contains("connecting the parties"),
            "{}",
            refused.err
        );
    }
    workshop.nothing_left();
}
