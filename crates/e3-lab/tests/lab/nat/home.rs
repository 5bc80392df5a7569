//! What a home router does, from the point of view of who lives there.

use std::io::ErrorKind;
use std::net::SocketAddr;

use e3_lab::{Lab, Nat};

use crate::common::{SOON, address, connect, host, lab, listen, site, udp};

fn a_home_and_two_friends() -> Lab {
    lab(vec![
        site("home", "ams3", Nat::port_restricted(), &["home"]),
        site("x", "fra1", Nat::None, &["x"]),
        site("y", "lon1", Nat::None, &["y"]),
    ])
}

pub(crate) fn a_home_lets_out_and_not_in() {
    let lab = a_home_and_two_friends();
    let (home, x) = (host(&lab, "home"), host(&lab, "x"));
    let (listener, port) = listen(x);
    let stream = connect(home, address(x), port).unwrap();
    let (accepted, seen) = listener.accept().unwrap();
    assert_eq!(
        Some(seen.ip()),
        lab.seen_as("home"),
        "the router's address is seen"
    );
    assert_ne!(lab.seen_as("home"), Some(address(home).into()));
    drop((stream, accepted));

    let (_listener, port) = listen(home);
    let error = connect(x, lab.seen_as("home").unwrap(), port).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
    assert_eq!(
        x.ping(lab.seen_as("home").unwrap(), 1, SOON).unwrap().len(),
        1,
        "the router answers pings"
    );
}

pub(crate) fn a_home_maps_independently_of_the_endpoint() {
    let lab = a_home_and_two_friends();
    let (home, x, y) = (
        udp(host(&lab, "home")),
        udp(host(&lab, "x")),
        udp(host(&lab, "y")),
    );
    let mut seen = Vec::new();
    for (friend, name) in [(&x, "x"), (&y, "y")] {
        let port = friend.local_addr().unwrap().port();
        home.send_to(b"hello", (address(host(&lab, name)), port))
            .unwrap();
        seen.push(friend.recv_from(&mut [0; 8]).unwrap().1);
    }
    assert_eq!(seen[0], seen[1]);
}

pub(crate) fn a_home_filters_by_port() {
    let lab = a_home_and_two_friends();
    let (home, x, y) = (
        udp(host(&lab, "home")),
        udp(host(&lab, "x")),
        udp(host(&lab, "y")),
    );
    let other_port = udp(host(&lab, "x"));
    home.send_to(
        b"hello",
        (address(host(&lab, "x")), x.local_addr().unwrap().port()),
    )
    .unwrap();
    let (_, outside): (usize, SocketAddr) = x.recv_from(&mut [0; 8]).unwrap();
    y.send_to(b"other host", outside).unwrap();
    other_port.send_to(b"other port", outside).unwrap();
    x.send_to(b"answer", outside).unwrap();
    let mut packet = [0; 16];
    let length = home.recv(&mut packet).unwrap();
    assert_eq!(&packet[..length], b"answer");
    assert!(home.recv(&mut packet).is_err(), "nothing else gets in");
}

pub(crate) fn two_homes_do_not_collide() {
    let lab = lab(vec![
        site("p", "ams3", Nat::port_restricted(), &["p"]),
        site("q", "ams3", Nat::port_restricted(), &["q"]),
        site("x", "fra1", Nat::None, &["x"]),
    ]);
    let (p, q, x) = (host(&lab, "p"), host(&lab, "q"), host(&lab, "x"));
    assert_eq!(address(p), address(q), "both have the same address at home");
    assert_ne!(lab.seen_as("p"), lab.seen_as("q"));
    let (listener, port) = listen(x);
    for home in [p, q] {
        let _stream = connect(home, address(x), port).unwrap();
        let (_, seen) = listener.accept().unwrap();
        assert_eq!(Some(seen.ip()), lab.seen_as(home.name()));
    }
    let check = lab.check().unwrap();
    assert!(
        check.pairs.iter().all(|pair| pair.median.is_some()),
        "every pair can be measured"
    );
}
