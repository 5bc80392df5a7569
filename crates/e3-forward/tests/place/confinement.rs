//! What a program must not reach, and may not do.

use std::{
    fs,
    net::{TcpListener, UdpSocket},
    os::fd::AsRawFd as _,
    os::linux::net::SocketAddrExt as _,
    os::unix::net::{SocketAddr, UnixListener},
    time::Duration,
};

use e3_forward::place::{Family, Programs as _};
use e3_lab::{Lab, Site, Topology};
use tokio::time::timeout;

use crate::{
    program::Program,
    scene::{PORT, Scene, at},
    traffic,
};

pub(crate) fn nobody_else() {
    // A host with a network, a loopback interface, and somebody who listens on all of it.
    let site = Site::new("home", "fra1").hosts(["host", "other"]);
    let lab = Lab::build(&Topology::new([site])).unwrap();
    let host = lab.host("host").unwrap().clone();
    let outside = host.addresses();
    let neighbour = lab.host("other").unwrap().addresses();
    let listening = host.run_in(|| {
        let tcp = TcpListener::bind(("::", PORT)).unwrap();
        let udp = UdpSocket::bind(("::", PORT)).unwrap();
        let unix = SocketAddr::from_abstract_name("e3-outside").unwrap();
        let unix = UnixListener::bind_addr(&unix).unwrap();
        for address in ["127.0.0.1", "::1"] {
            std::net::TcpStream::connect((address, PORT)).unwrap();
        }
        (tcp, udp, unix)
    });
    let (_tcp, udp, _unix) = listening.unwrap();
    let scene = host.run_in(Scene::namespace).unwrap();
    // Were it not taken elsewhere, it would be where all of them are.
    let mut program = Program::start_on(&host, &scene.place);

    let loopbacks = ["127.0.0.1", "127.1.2.3", "::1"].map(|address| address.parse().unwrap());
    for address in loopbacks {
        let at = std::net::SocketAddr::new(address, PORT);
        assert_eq!(
            program.ask(&format!("tcp {at}")),
            "ConnectionRefused",
            "{at}"
        );
        program.ask(&format!("udp {at}"));
    }
    // Neither hosts nor what nobody has, in the parties' network and elsewhere.
    let nobody = [
        "10.233.0.9",
        "10.233.255.1",
        "fd33:3::9",
        "192.0.2.1",
        "2001:db8::1",
        "169.254.169.254",
    ];
    let nobody = nobody.map(|address| address.parse().unwrap());
    for address in outside.into_iter().chain(neighbour).chain(nobody) {
        let at = std::net::SocketAddr::new(address, PORT);
        for how in ["tcp", "udp"] {
            let found = program.ask(&format!("{how} {at}"));
            assert_eq!(found, "NetworkUnreachable", "{how} to {at}");
        }
    }
    assert_eq!(program.ask("unix e3-outside"), "ConnectionRefused");
    udp.set_nonblocking(true).unwrap();
    assert!(udp.recv(&mut [0]).is_err(), "a datagram has come out");
}

pub(crate) fn only_tcp() {
    let scene = Scene::namespace();
    let mut program = Program::start(&scene.place);
    for family in [Family::V4, Family::V6] {
        // To peers there are connections only; among its own processes a program may do as it likes.
        let peer = at(1, family, PORT);
        assert_eq!(program.ask(&format!("udp {peer}")), "PermissionDenied");
        let own = at(0, family, PORT);
        assert_eq!(program.ask(&format!("udp {own}")), "sent");
    }
}

pub(crate) fn no_rights() {
    let scene = Scene::namespace();
    let mut program = Program::start(&scene.place);
    for set in ["CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"] {
        let line = program.ask(&format!("status {set}"));
        assert!(line.ends_with("\t0000000000000000"), "{line}");
    }
    let user = std::fs::read_to_string("/proc/self/status").unwrap();
    let user = user.lines().find(|line| line.starts_with("Uid")).unwrap();
    assert_eq!(program.ask("status Uid"), user);
    assert_ne!(
        program.ask("network"),
        std::fs::read_link("/proc/self/ns/net")
            .unwrap()
            .display()
            .to_string()
    );
    // Neither root's programs nor another user namespace give it any.
    for attempt in [
        "ip route add default dev lo",
        "ip addr add 10.9.9.9/32 dev lo",
        "nft flush ruleset",
        "nsenter --net=/proc/1/ns/net true",
        "unshare -Ur nsenter --net=/proc/1/ns/net true",
        "unshare -Ur ip route add default dev lo",
    ] {
        let found = program.ask(&format!("run {attempt}"));
        assert!(found.starts_with("false"), "{attempt}: {found}");
    }
}

/// Even a program that was left a way to the host's network by mistake cannot go there.
pub(crate) fn stays() {
    let scene = Scene::namespace();
    let outside = fs::File::open("/proc/self/ns/net").unwrap();
    rustix::io::fcntl_setfd(&outside, rustix::io::FdFlags::empty()).unwrap();
    let mut program = Program::start(&scene.place);
    let handed = format!("/proc/self/fd/{}", outside.as_raw_fd());
    let seen = format!("/proc/{}/ns/net", std::process::id());
    let before = program.ask("network");
    for way in [&handed, &seen] {
        assert_eq!(
            program.ask(&format!("leave {way}")),
            "PermissionDenied",
            "{way}"
        );
        // With all rights in a user namespace of its own.
        let found = program.ask(&format!("run unshare -Ur nsenter --net={way} true"));
        assert!(found.starts_with("false"), "{found}");
        assert!(!found.contains("not found"), "{found}");
    }
    assert_eq!(program.ask("network"), before);
}

/// As whoever has started the tests, without a lab: an ordinary user, where these are run as one.
pub(crate) fn rootless() {
    traffic::out();
    traffic::back();
    let scene = Scene::namespace();
    let mut program = Program::start(&scene.place);
    for set in ["CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"] {
        let line = program.ask(&format!("status {set}"));
        assert!(line.ends_with("\t0000000000000000"), "{line}");
    }
    for own in ["Uid", "Gid", "Groups"] {
        let outside = std::fs::read_to_string("/proc/self/status").unwrap();
        let outside = outside.lines().find(|line| line.starts_with(own));
        assert_eq!(
            program.ask(&format!("status {own}")),
            outside.unwrap().trim_end()
        );
    }
}

pub(crate) fn listener() {
    let scene = Scene::namespace();
    let mut program = Program::start(&scene.place);
    // A program that dials the agent's listener itself reaches nobody by it.
    for own in ["127.0.0.1:1", "[::1]:1"] {
        program.ask(&format!("tcp {own}"));
        program.tell("hear 1");
        let came = scene
            .runtime
            .block_on(async { timeout(Duration::from_millis(200), scene.place.accept()).await });
        assert!(came.is_err(), "{came:?}");
        assert_ne!(program.hear(), "");
    }
    assert_eq!(
        program.ask(&format!("tcp {}", at(0, Family::V4, 1))),
        "ConnectionRefused"
    );
}
