//! Services have hosts that no party runs on.

use crate::{
    program::program,
    support::{desk::Ran, workshop::Workshop},
};

/// Two parties, a service with a host of its own, one beside it, and one on a party's host.
const ENVIRONMENT: &str = "overlay = \"direct\"

[hosts.h]
count = 2
region = \"ams3\"

[services.relay]
region = \"fra1\"
ports = [\"443/tcp\"]

[services.lighthouse]
host = \"relay\"

[services.beside]
kind = \"rendezvous\"
host = \"h-1\"

[program]
path = \"program.py\"
timeout = \"1 min\"
";

fn workshop() -> Workshop {
    let workshop = Workshop::new();
    workshop.put("e3.toml", ENVIRONMENT);
    workshop.put("program.py", &program("print(os.environ['E3_PARTIES'])"));
    workshop
}

#[test]
fn a_service_has_its_host_and_nobody_s_party() {
    let workshop = workshop();
    let up = workshop.e3(&["up"]).succeeded();
    let notes = up.err.matches("note: overlay direct uses no ").count();
    assert_eq!(notes, 3, "{up:#?}");

    let status = workshop.e3(&["status", "--json"]).succeeded().json();
    assert_eq!(status["hosts"].as_array().unwrap().len(), 2, "{status:#}");
    let services = status["services"].as_array().unwrap();
    let shown: Vec<_> = services
        .iter()
        .map(|service| {
            let text = |field: &str| service[field].as_str().unwrap().to_owned();
            (text("name"), text("kind"), text("host"), text("region"))
        })
        .collect();
    let expected = [
        ("relay", "relay", "relay", "fra1"),
        ("lighthouse", "lighthouse", "relay", "fra1"),
        ("beside", "rendezvous", "h-1", "ams3"),
    ]
    .map(|(a, b, c, d)| (a.to_owned(), b.to_owned(), c.to_owned(), d.to_owned()));
    assert_eq!(shown, expected);
    assert_eq!(services[0]["ports"][0], "443/tcp");
    assert_eq!(services[0]["party"], false);
    assert_eq!(services[2]["party"], true);
    let people = workshop.e3(&["status"]).succeeded().out;
    assert!(people.contains("service"), "{people}");

    // The parties reach it, and commands run there.
    let address = services[0]["addresses"][0].as_str().unwrap();
    let ping = workshop.e3(&["lab", "ping", "h-0", "relay"]).succeeded();
    assert!(ping.out.contains("ms"), "{ping:#?}");
    for _ in 0..2 {
        let there = ["exec", "relay", "--", "cat", "/proc/net/fib_trie"];
        let ran: Ran = workshop.e3(&there).succeeded();
        assert!(ran.out.contains(address), "{address} {ran:#?}");
    }

    let record = workshop.e3(&["run", "--json"]).succeeded().json();
    assert_eq!(record["outcome"]["same"], "2\n", "{record:#}");
    let agreed = workshop.read("runs/latest/agreement.json");
    assert!(
        agreed.contains("lighthouse (lighthouse on relay)"),
        "{agreed}"
    );
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn a_service_that_moves_is_a_difference() {
    let workshop = workshop();
    workshop.e3(&["up"]).succeeded();
    workshop.put("e3.toml", &ENVIRONMENT.replace("fra1", "nyc3"));
    let planned = workshop.e3(&["plan"]).succeeded().out;
    assert!(planned.contains("~ services from "), "{planned}");
    let refused = workshop.e3(&["run"]).refused();
    assert!(refused.err.contains("services from "), "{refused:#?}");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}
