//! Parties' virtual addresses.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::workshop::Workshop;

/// Two parties whose program tells where it finds whom.
const ENVIRONMENT: &str = "\
overlay = \"quic\"

[hosts.p]
count = 2
region = \"ams3\"

[program]
kind = \"command\"
command = [\"echo\", \"{address:0}\", \"{address:1}\"]
";

fn workshop(more: &str) -> Workshop {
    let workshop = Workshop::new();
    workshop.put("e3.toml", &format!("{ENVIRONMENT}{more}"));
    workshop
}

/// Each party's addresses as the roster of the last run has them, and its networks.
fn given(workshop: &Workshop) -> (BTreeMap<String, Value>, Value) {
    let kept: Value = serde_json::from_str(&workshop.read("runs/latest/roster.json")).unwrap();
    let parties = kept["roster"]["parties"].as_array().unwrap();
    let addresses = parties.iter().map(|party| {
        let name = party["name"].as_str().unwrap().to_owned();
        (name, party["addresses"].clone())
    });
    (addresses.collect(), kept["roster"]["network"].clone())
}

#[test]
fn a_party_has_its_address_in_every_run() {
    let workshop = workshop("");
    let run = |parties: &str| {
        workshop.e3(&["run", "--parties", parties]).succeeded();
        given(&workshop)
    };
    let (three, network) = run("3");
    assert_eq!(network.as_array().unwrap().len(), 2, "{network}");
    let outcome = workshop.record()["outcome"]["same"].clone();
    let told = outcome.as_str().unwrap();
    assert!(
        told.starts_with(three["p-0"][0].as_str().unwrap()),
        "{told} {three:?}"
    );
    // Another order gives nobody another address.
    workshop.put(
        "e3.toml",
        &format!("order = [\"p-1\", \"p-0\"]\n{ENVIRONMENT}"),
    );
    workshop.e3(&["run"]).succeeded();
    let (turned, again) = given(&workshop);
    assert_eq!(again, network);
    for (name, addresses) in &turned {
        assert_eq!(addresses, &three[name], "{name}");
    }
    workshop.nothing_left();
}

#[test]
fn a_declared_network_is_used() {
    let workshop = workshop("\n[network]\nvirtual = [\"10.77.0.0/24\"]\n");
    workshop.e3(&["run"]).succeeded();
    let (addresses, network) = given(&workshop);
    assert_eq!(network, serde_json::json!(["10.77.0.0/24"]));
    assert_eq!(addresses["p-1"], serde_json::json!(["10.77.0.2"]));
    workshop.nothing_left();
}

#[test]
fn a_network_that_a_host_has_or_that_is_too_small_is_refused_before_anything_starts() {
    let workshop = workshop("\n[network]\nvirtual = [\"198.18.0.0/16\"]\n");
    let refused = workshop.e3(&["run"]).refused();
    for said in [
        "198.18.0.0/16 overlaps 198.18.0.0/",
        "host p-0",
        "network.virtual",
    ] {
        assert!(refused.err.contains(said), "{said}: {}", refused.err);
    }
    let small = ["run", "--set", "network.virtual=[\"10.77.0.0/31\"]"];
    let refused = workshop.e3(&small).refused();
    assert!(
        refused.err.contains("room for 0 parties, and 2 take part"),
        "{}",
        refused.err
    );
    workshop.nothing_left();
}
