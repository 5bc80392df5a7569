//! A relay that somebody else runs: what is planned, told and refused of it.

use std::time::{Duration, Instant};

use rcgen::{CertificateParams, KeyPair};

use crate::support::workshop::Workshop;

/// Two parties, one of which can be dialled, and a relay where nothing is.
const ENVIRONMENT: &str = "\
[hosts.ams]
region = \"ams3\"

[hosts.home]
region = \"fra1\"
nat = \"home\"

[quic]
relay = [\"https://203.0.113.1:8443\"]
relay_certificate = \"authority.pem\"
relay_token = \"token\"

[program]
kind = \"command\"
command = [\"sleep\", \"5\"]
";

/// What is told of the relay.
const UNUSABLE: &str = "relay 203.0.113.1 cannot be used: it does not answer";

const TOKEN: &str = "a9-token-of-the-institute";

fn workshop() -> Workshop {
    let workshop = Workshop::new();
    workshop.put("e3.toml", ENVIRONMENT);
    let pair = KeyPair::generate().unwrap();
    let its = CertificateParams::new(["relay.example.org".to_owned()]).unwrap();
    workshop.put("authority.pem", &its.self_signed(&pair).unwrap().pem());
    workshop.put("key.pem", &pair.serialize_pem());
    workshop.put("token", TOKEN);
    workshop
}

#[test]
fn who_is_reached_directly_does_not_wait_for_it_and_its_token_is_not_shown() {
    let workshop = workshop();
    let start = Instant::now();
    let ran = workshop.e3(&["-vv", "run"]).succeeded();
    assert!(
        start.elapsed() < Duration::from_secs(40),
        "{:?}",
        start.elapsed()
    );
    assert!(ran.err.contains(UNUSABLE), "{}", ran.err);
    let record = workshop.record().to_string();
    let agreed = workshop.read("runs/latest/agreement.json");
    assert!(agreed.contains("https://203.0.113.1:8443"), "{agreed}");
    let plan = workshop.e3(&["plan", "--json"]).succeeded().out;
    for shown in [&ran.out, &ran.err, &record, &agreed, &plan] {
        assert!(!shown.contains(TOKEN), "{shown}");
    }
    workshop.nothing_left();
}

#[test]
fn who_cannot_do_without_it_is_told_why() {
    let workshop = workshop();
    workshop.put(
        "e3.toml",
        &ENVIRONMENT
            .replace(
                "region = \"ams3\"",
                "region = \"ams3\"\nnat = \"symmetric\"",
            )
            .replace("\"home\"", "\"symmetric\""),
    );
    let start = Instant::now();
    let refused = workshop.e3(&["run"]).refused();
    assert!(
        start.elapsed() < Duration::from_secs(40),
        "{:?}",
        start.elapsed()
    );
    assert!(refused.err.contains(UNUSABLE), "{}", refused.err);
    workshop.nothing_left();
}

#[test]
fn firewalls_are_told_of_it() {
    let workshop = workshop();
    let plan = workshop.e3(&["plan"]).succeeded().out;
    for (protocol, port, purpose) in [("TCP", "8443", "joining"), ("UDP", "7842", "optional")] {
        let all = plan.lines().filter(|line| {
            [protocol, port, "to 203.0.113.1 ", purpose]
                .iter()
                .all(|part| line.contains(part))
        });
        assert_eq!(all.count(), 2, "{plan}");
    }
    // Its own is needed by nobody, and not even made.
    assert!(!plan.contains("service relay"), "{plan}");
}

#[test]
fn files_that_cannot_be_used_are_refused_before_anything_is_made() {
    let workshop = workshop();
    for (set, said) in [
        (
            "quic.relay_certificate=token",
            "`quic.relay_certificate`: the file has no certificate",
        ),
        ("quic.relay_certificate=key.pem", "private key"),
        (
            "quic.relay_certificate=authority.pen",
            "there is no file `authority.pen`",
        ),
        (
            "quic.relay_token=authority.pem",
            "`quic.relay_token`: the file has to have one word",
        ),
        (
            "quic.relay=own",
            "`quic.relay_certificate`: this is for relays that are named by URL",
        ),
    ] {
        let refused = workshop.e3(&["run", "--set", set]).refused();
        assert!(refused.err.contains(said), "{set}: {}", refused.err);
        assert!(!refused.err.contains(TOKEN), "{}", refused.err);
    }
    workshop.nothing_left();
}
