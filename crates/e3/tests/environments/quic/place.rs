//! Where programs run is told of every party, and signed by it.

use serde_json::Value;

use crate::support::workshop::Workshop;

/// Two parties whose program needs no network.
const ENVIRONMENT: &str = "\
overlay = \"quic\"

[hosts.p]
count = 2
region = \"ams3\"

[program]
kind = \"command\"
command = [\"echo\", \"here\"]
";

#[test]
fn where_programs_ran_is_recorded_and_signed() {
    let workshop = Workshop::new();
    workshop.put("e3.toml", ENVIRONMENT);
    for (how, place, shown) in [
        ("quic.program=auto", "namespace", "a namespace of its own"),
        (
            "quic.program=forwards",
            "forwards",
            "its host's network, with forwards",
        ),
        ("overlay=direct", "host", "its host's network"),
    ] {
        let ran = workshop.e3(&["run", "--json", "--set", how]).succeeded();
        assert_eq!(told(&ran.json()["parties"]), [place; 2], "{how}");
        // It is said once of each party that its place is not what it should be, and of no other.
        let lost = ran.err.matches("programs run in this host's own network");
        let expected = if place == "forwards" { 2 } else { 0 };
        assert_eq!(lost.count(), expected, "{how}: {}", ran.err);

        let report = workshop.e3(&["verify", "--json"]).succeeded().json();
        assert_eq!(told(&report["parties"]), [place; 2], "{how}");
        let said = workshop.e3(&["verify"]).succeeded().out;
        assert_eq!(said.matches(&format!("{shown}  ")).count(), 2, "{said}");
    }
    workshop.nothing_left();
}

/// The place of each party.
fn told(parties: &Value) -> Vec<&str> {
    let parties = parties.as_array().unwrap().iter();
    parties
        .map(|party| party["place"].as_str().unwrap())
        .collect()
}
