//! What the coordinator's policy lets through.

use e3_lab::Nat;
use e3_session::types::Options;

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
