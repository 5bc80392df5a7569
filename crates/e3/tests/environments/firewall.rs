//! What `e3 plan` says that firewalls must let through, and what hosts really open.

use std::{collections::BTreeSet, net::Ipv4Addr};

use serde_json::Value;

use crate::{
    program::{all_begun, tell, until_told},
    support::workshop::Workshop,
};

/// Parties on three sites, one of them behind a router, and two hosts on one of them.
const ENVIRONMENT: &str = "overlay = \"direct\"

[hosts.ams]
count = 2
region = \"ams3\"

[hosts.home]
region = \"fra1\"
nat = \"home\"

[hosts.nyc]
region = \"nyc3\"

[services.relay]

[program]
path = \"program.py\"
timeout = \"1 min\"
port = 4300
";

/// Connects as MPyC does: listens for those before it, dials those behind it.
const MESH: &str = "import os, socket, time
me = int(os.environ['E3_PARTY'])
peers = [peer.rsplit(':', 1) for peer in os.environ['E3_PEERS'].split(',')]
if me > 0:
    door = socket.create_server(('0.0.0.0', int(peers[me][1])))
held = []
for address, port in peers[me + 1:]:
    while True:
        try:
            held.append(socket.create_connection((address, int(port))))
            break
        except OSError:
            time.sleep(0.05)
for _ in range(me):
    held.append(door.accept())
";

#[test]
fn hosts_open_what_the_plan_says() {
    let workshop = Workshop::new();
    workshop.put("e3.toml", ENVIRONMENT);
    workshop.put("program.py", &format!("{MESH}{}", until_told(&workshop)));
    let plan = workshop.e3(&["plan", "--json"]).succeeded().json();
    let hosts = plan["firewall"]["hosts"].as_array().unwrap();
    assert_eq!(hosts.len(), 5, "{plan:#}");
    assert_eq!(
        hosts[0]["host"], "home",
        "who cannot be dialled comes first"
    );

    workshop.e3(&["up"]).succeeded();
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 4);
    for host in hosts {
        let name = host["host"].as_str().unwrap();
        let table = ["exec", name, "--", "cat", "/proc/net/tcp"];
        let table = workshop.e3(&table).succeeded().out;
        assert_eq!(
            Opened::planned(host),
            Opened::found(&table),
            "{name}: {host:#}"
        );
    }
    tell(&workshop);
    run.ended().succeeded();
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

/// What a host opens for the program.
#[derive(Debug, PartialEq, Eq, Default)]
struct Opened {
    /// The ports that it listens on.
    listens: BTreeSet<u16>,
    /// Who has connected to which of its ports.
    comes: BTreeSet<(Ipv4Addr, u16)>,
    /// To whom it has connected, and to which port there.
    goes: BTreeSet<(Ipv4Addr, u16)>,
}

impl Opened {
    fn planned(host: &Value) -> Self {
        let mut opened = Self::default();
        let rules = host["rules"].as_array().unwrap();
        let text = |rule: &Value, field: &str| rule[field].as_str().unwrap().to_owned();
        for rule in rules {
            if !text(rule, "purpose").contains("the program") {
                continue;
            }
            let port: u16 = text(rule, "port").parse().unwrap();
            let peers = rule["peer_addresses"].as_array().unwrap();
            let peers = peers
                .iter()
                .map(|peer| peer.as_str().unwrap().parse().unwrap());
            match text(rule, "direction").as_str() {
                "in" => {
                    opened.listens.insert(port);
                    opened.comes.extend(peers.map(|peer| (peer, port)));
                }
                "out" => opened.goes.extend(peers.map(|peer| (peer, port))),
                other => panic!("{other}"),
            }
        }
        opened
    }

    /// From the kernel's table (`proc_pid_net(5)`).
    fn found(table: &str) -> Self {
        let mut opened = Self::default();
        for line in table.lines().skip(1) {
            let mut words = line.split_ascii_whitespace().skip(1);
            let (local, remote) = (end(words.next().unwrap()), end(words.next().unwrap()));
            match words.next().unwrap() {
                "0A" => drop(opened.listens.insert(local.1)),
                "01" if local.1 == 4300 => drop(opened.comes.insert((remote.0, local.1))),
                "01" => drop(opened.goes.insert(remote)),
                _ => {}
            }
        }
        opened
    }
}

fn end(text: &str) -> (Ipv4Addr, u16) {
    let (address, port) = text.split_once(':').unwrap();
    let address = u32::from_str_radix(address, 16).unwrap();
    (
        Ipv4Addr::from(address.to_ne_bytes()),
        u16::from_str_radix(port, 16).unwrap(),
    )
}

/// What is told of one host.
const TICKET: &str = "what firewalls must let through:

host nyc (party 3), in nyc3, address 198.18.0.66
       protocol  port  peer                     for
  in   TCP       4300  from 198.18.0.2 (ams-0)  joining, the program
  in   TCP       4300  from 198.18.0.3 (ams-1)  joining, the program
  in   TCP       4300  from 198.18.0.33 (home)  joining, the program
  in   TCP       4299  from 198.18.0.2 (ams-0)  measuring (optional)
  in   TCP       4299  from 198.18.0.3 (ams-1)  measuring (optional)
  in   TCP       4299  from 198.18.0.33 (home)  measuring (optional)
  out  TCP       4299  to 198.18.0.2 (ams-0)    measuring (optional)
  out  TCP       4299  to 198.18.0.3 (ams-1)    measuring (optional)

in: others connect to the port on this host; out: this host connects to the
port, from any port of its own. Answers pass as part of the same connection;
where nobody listens on a port for measuring, the refusal is the answer.
";
/// The same of another, as a table.
const CSV: &str = "host,party,address,direction,protocol,port,peer,peer_address,purpose,needed
home,0,192.168.1.2,out,TCP,4300,ams-0,198.18.0.2,\"joining, the program\",yes
home,0,192.168.1.2,out,TCP,4300,ams-1,198.18.0.3,\"joining, the program\",yes
home,0,192.168.1.2,out,TCP,4300,nyc,198.18.0.66,\"joining, the program\",yes
home,0,192.168.1.2,out,TCP,4299,ams-0,198.18.0.2,measuring (optional),no
home,0,192.168.1.2,out,TCP,4299,ams-1,198.18.0.3,measuring (optional),no
home,0,192.168.1.2,out,TCP,4299,nyc,198.18.0.66,measuring (optional),no
";

#[test]
fn a_ticket_is_plain_text_for_one_host() {
    let workshop = Workshop::new();
    workshop.put("e3.toml", ENVIRONMENT);
    workshop.put("program.py", "");
    let ticket = workshop.e3(&["plan", "--host", "nyc"]).succeeded().out;
    assert!(ticket.is_ascii(), "{ticket}");
    assert!(ticket.lines().all(|line| line.len() < 80), "{ticket}");
    assert_eq!(ticket, TICKET, "{ticket}");
    let csv = workshop
        .e3(&["plan", "--csv", "--host", "home"])
        .succeeded()
        .out;
    assert_eq!(csv, CSV, "{csv}");
    let refused = workshop.e3(&["plan", "--host", "nobody"]).refused();
    assert!(
        refused
            .err
            .contains("the hosts are home, ams-0, ams-1, nyc"),
        "{refused:#?}"
    );
}

#[test]
fn pairs_that_nothing_connects_are_said() {
    let workshop = Workshop::new();
    workshop.put(
        "e3.toml",
        "[hosts.a]\nregion = \"ams3\"\nnat = \"home\"\n[hosts.b]\nregion = \"fra1\"\nnat = \"home\"\n",
    );
    let plan = workshop
        .e3(&["plan", "--overlay", "direct"])
        .succeeded()
        .out;
    assert!(plan.contains("a cannot reach b"), "{plan}");
    // Over quic they meet at a relay, and that is all that they cannot do without.
    let plan = workshop.e3(&["plan"]).succeeded().out;
    assert!(!plan.contains("cannot reach"), "{plan}");
    let needed: Vec<&str> = plan
        .lines()
        .filter(|line| line.ends_with(" joining"))
        .collect();
    assert_eq!(
        needed.len(),
        4,
        "out of both hosts and into the relay: {plan}"
    );
    for line in needed {
        assert!(line.contains("TCP") && line.contains(" 443 "), "{line}");
    }
}
