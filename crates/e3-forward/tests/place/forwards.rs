//! Where there is no namespace.

use std::{io, net::TcpListener};

use e3_forward::place::{Family, Place, PlaceError, Programs as _, Wanted};
use e3_session::types::{PartyIndex, PlaceKind};

use crate::{
    program::Program,
    scene::{PORT, Scene, plan},
};

pub(crate) fn serve() {
    let scene = Scene::of(&plan(0, 3, Wanted::Forwards));
    assert_eq!(scene.place.program_place().kind(), PlaceKind::Forwards);
    let mut program = Program::start(&scene.place);
    let table = scene.place.dial_table();
    assert_eq!(
        table.parties[0].socket().to_string(),
        format!("127.0.0.1:{PORT}")
    );
    for peer in [2, 1] {
        let reach = &table.parties[usize::from(peer)];
        let from = program.ask(&format!("tcp {}", reach.socket()));
        let accepted = scene.accept();
        assert_eq!((accepted.to, accepted.port), (PartyIndex(peer), PORT));
        assert!(from.ends_with(&format!(":{}", accepted.from_port)));
    }
    program.ask(&format!("listen [::]:{PORT}"));
    scene.dial(1, 40_000, PORT, Family::V4).unwrap();
    assert!(program.ask("accept").contains("127.0.0.1"));

    // Whoever stays keeps its port.
    let entered = scene.runtime.enter();
    scene.place.change(&plan(0, 4, Wanted::Forwards)).unwrap();
    drop(entered);
    let changed = scene.place.dial_table();
    assert_eq!(changed.parties[..3], table.parties[..]);
    program.ask(&format!("tcp {}", changed.parties[3].socket()));
    assert_eq!(scene.accept().to, PartyIndex(3));
}

/// What else listens on this host is no peer's business, nor are the ways to other peers.
pub(crate) fn closed() {
    let scene = Scene::of(&plan(0, 3, Wanted::Forwards));
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let other = other.local_addr().unwrap().port();
    let table = scene.place.dial_table();
    for port in [other, table.parties[1].port, table.parties[2].port] {
        let refused = scene.dial(1, 40_000, port, Family::V4).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied, "{port}");
    }
    assert!(scene.place.only_within_runs());
    assert!(!Scene::namespace().place.only_within_runs());
}

pub(crate) fn said() {
    let chosen = Scene::of(&plan(0, 3, Wanted::Forwards));
    let notice = chosen.place.notice().unwrap();
    assert!(
        notice.contains("127.0.0.1")
            && notice.contains("can reach all")
            && notice.contains("is reached by whoever reaches this host")
            && notice.contains("every user of this host"),
        "{notice}"
    );
    assert_eq!(Scene::namespace().place.notice(), None);

    // As an administrator would forbid it: no user namespace below this one, and no right to do without.
    std::fs::write("/proc/sys/user/max_user_namespaces", "0").unwrap();
    std::fs::write("/proc/sys/user/max_net_namespaces", "0").unwrap();
    let auto = Scene::of(&plan(0, 3, Wanted::Auto));
    let notice = auto.place.notice().unwrap();
    assert!(notice.contains("user.max_user_namespaces=0"), "{notice}");
    assert_eq!(auto.place.program_place().kind(), PlaceKind::Forwards);
    let entered = auto.runtime.enter();
    match Place::open(&plan(0, 3, Wanted::Namespace)) {
        Err(error @ PlaceError::Namespace(_)) => {
            assert!(error.to_string().contains("sudo sysctl"), "{error}");
        }
        other => panic!("expected an error, found {other:?}"),
    }
    drop(entered);
}
