//! What the coordinator's policy lets through.

use std::time::Duration;

use e3_lab::Nat;
use e3_session::types::{Options, Path};

use crate::stage::{Coordinator, PORT, Session, caller, headscale, host, join, lab, listener};

/// A port of the program's that it has not declared.
const OTHER: u16 = 22_222;

pub(crate) fn only_the_programs_port_is_open() {
    let lab = lab(&[("one", Nat::None), ("two", Nat::None)]);
    let coordinator = Coordinator::start(host(&lab, "hub"));
    let session = Session {
        options: Options::default(),
        coordinator: Some(&coordinator),
        overlay: headscale,
    };
    let hosts = ["one", "two"].map(|name| host(&lab, name));
    let folders = tempfile::tempdir().unwrap();
    let parties = join(&session, |_| headscale(), &hosts, folders.path());
    let two = parties[0]
        .dial
        .parties
        .iter()
        .find(|reach| reach.name == "two");
    let address = two.unwrap().address.to_string();
    for (port, is_open) in [(PORT, true), (OTHER, false)] {
        let listening = parties[1].python(hosts[1], &listener(port, "hello"));
        let calling = parties[0].python(hosts[0], &caller(&address, port, "who"));
        let called = calling.output();
        let said = String::from_utf8_lossy(&called.stdout);
        assert_eq!(called.status.success(), is_open, "{port}: {called:?}");
        assert_eq!(said.trim() == "hello", is_open, "{port}: {said}");
        if is_open {
            assert!(listening.said().starts_with("who 100.64."));
        } else {
            assert!(!listening.output().status.success());
        }
    }
    // A coordinator that opens all of a party's ports is noticed.
    let policy = coordinator.folder.path().join("all.json");
    let all = r#"{"acls": [{"action": "accept", "src": ["*"], "dst": ["*:*"]}]}"#;
    std::fs::write(&policy, all).unwrap();
    coordinator.does(&["policy", "set", "-f", policy.to_str().unwrap()]);
    for party in &parties {
        let why = party.severed.recv_timeout(Duration::from_secs(5)).unwrap();
        assert!(why.contains("ports 0 to 65535"), "{why}");
    }
    // By then nothing passes any more.
    for party in &parties {
        for link in party.links() {
            assert!(matches!(link.path, Path::Unreachable { .. }), "{link:?}");
        }
    }
    // Who is no longer a party has no open port either, and is forgotten.
    coordinator.admit(Vec::new());
    assert_eq!(
        coordinator
            .does(&["nodes", "list"])
            .as_array()
            .map_or(0, Vec::len),
        0
    );
    drop(parties);
}
