//! IPv4, IPv6, and both.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::time::{Duration, Instant};

use e3_lab::testing::Test;
use e3_lab::{Family, Host, Lab, LabError, Nat, Trust};

use crate::common::{SOON, connect, host, lab_in, site, two_regions};

pub(crate) const TESTS: &[Test] = &[
    Test::inside("ipv6_alone_works", ipv6_alone_works),
    Test::inside("the_families_do_not_meet", the_families_do_not_meet),
    Test::inside("both_reach_both", both_reach_both),
    Test::inside(
        "ipv6_is_filtered_where_ipv4_is",
        ipv6_is_filtered_where_ipv4_is,
    )
    .waiting(),
    Test::inside("udp_is_blocked_in_ipv6_too", udp_is_blocked_in_ipv6_too),
    Test::inside("forty_hosts_speak_ipv6", forty_hosts_speak_ipv6),
];

const MS: Duration = Duration::from_millis(1);

/// A site of each family: `four`, `six` (with two hosts) and `both`.
fn families() -> Lab {
    let sites = vec![
        site("four", "here", Nat::None, &["four"]),
        site("six", "there", Nat::None, &["six", "six2"]).family(Family::V6),
        site("both", "there", Nat::None, &["both"]).family(Family::Dual),
    ];
    lab_in(two_regions(MS * 5, MS * 5), sites)
}

fn v6(host: &Host) -> Ipv6Addr {
    host.v6().unwrap()
}

/// Two sites of IPv6, one behind this NAT.
fn guarded(nat: Nat) -> Lab {
    let sites = vec![
        site("home", "here", nat, &["home"]).family(Family::V6),
        site("x", "there", Nat::None, &["x"]).family(Family::V6),
        site("y", "there", Nat::None, &["y"]).family(Family::Dual),
    ];
    lab_in(two_regions(MS * 5, MS * 5), sites)
}

fn listen(host: &Host) -> (TcpListener, u16) {
    let listener = host
        .run_in(|| TcpListener::bind("[::]:0"))
        .unwrap()
        .unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn udp(host: &Host) -> UdpSocket {
    let socket = host.run_in(|| UdpSocket::bind("[::]:0")).unwrap().unwrap();
    socket.set_read_timeout(Some(MS * 500)).unwrap();
    socket
}

fn talk(from: &Host, to: &Host, address: IpAddr) {
    let (listener, port) = listen(to);
    let mut stream = connect(from, address, port).unwrap();
    let (mut accepted, _) = listener.accept().unwrap();
    stream.write_all(&vec![1; 100_000]).unwrap();
    accepted.read_exact(&mut vec![0; 100_000]).unwrap();
}

fn ipv6_alone_works() {
    let started = Instant::now();
    let lab = families();
    let (six, six2, both) = (host(&lab, "six"), host(&lab, "six2"), host(&lab, "both"));
    assert_eq!(six.addresses(), [IpAddr::V6(v6(six))]);
    // At once: no address waits for anybody to object to it.
    assert_eq!(six.ping(v6(both), 3, SOON).unwrap().len(), 3);
    assert_eq!(six.ping(v6(six2), 3, SOON).unwrap().len(), 3);
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    talk(six, both, v6(both).into());
    talk(six, six2, v6(six2).into());
    let names = six
        .run_in(|| fs::read_to_string("/etc/hosts"))
        .unwrap()
        .unwrap();
    assert!(names.contains(&format!("{} both\n", v6(both))), "{names}");
}

fn the_families_do_not_meet() {
    let lab = families();
    let (four, six) = (host(&lab, "four"), host(&lab, "six"));
    let unreachable = [ErrorKind::NetworkUnreachable, ErrorKind::HostUnreachable];
    for (from, to) in [
        (four, IpAddr::V6(v6(six))),
        (six, IpAddr::V4(four.v4().unwrap())),
    ] {
        let started = Instant::now();
        let error = connect(from, to, 80).unwrap_err();
        assert!(unreachable.contains(&error.kind()), "{to}: {error}");
        assert!(
            started.elapsed() < MS * 500,
            "{to}: {:?}",
            started.elapsed()
        );
    }
    // An address that no site speaks is refused by the wide area, not by silence.
    let of_four: IpAddr = "2001:2:0:1::2".parse().unwrap();
    let started = Instant::now();
    let error = connect(six, of_four, 80).unwrap_err();
    assert!(unreachable.contains(&error.kind()), "{error}");
    assert!(started.elapsed() < MS * 900, "{:?}", started.elapsed());
    assert!(matches!(
        lab.ping("four", "six", 1).unwrap_err(),
        LabError::NoSharedFamily { .. }
    ));
}

fn both_reach_both() {
    let lab = families();
    let both = host(&lab, "both");
    assert_eq!(both.addresses().len(), 2);
    talk(host(&lab, "four"), both, both.v4().unwrap().into());
    talk(host(&lab, "six"), both, v6(both).into());
    talk(both, host(&lab, "six"), v6(host(&lab, "six")).into());
    let check = lab.check().unwrap();
    println!("{}", check.verdict());
    // Of six pairs, two share no version of IP.
    assert_eq!((check.pairs.len(), check.pairs_in_all), (4, 4));
    assert_ne!(check.trust(), Trust::Wrong, "{}", check.verdict());
}

fn ipv6_is_filtered_where_ipv4_is() {
    for (nat, other_port, stranger) in [
        (Nat::None, true, true),
        (Nat::full_cone(), true, true),
        (Nat::address_restricted(), true, false),
        (Nat::port_restricted(), false, false),
        (Nat::symmetric(), false, false),
    ] {
        let open = nat == Nat::None;
        let lab = guarded(nat);
        let (home, x, y) = (host(&lab, "home"), host(&lab, "x"), host(&lab, "y"));
        talk(home, x, v6(x).into());
        let (_listener, port) = listen(home);
        let tried = connect(x, v6(home), port);
        assert_eq!(tried.is_ok(), open, "{tried:?}");

        let sockets = [udp(x), udp(x), udp(y)];
        let inner = udp(home);
        let to = SocketAddr::new(v6(x).into(), sockets[0].local_addr().unwrap().port());
        inner.send_to(b"hello", to).unwrap();
        let (_, outside) = sockets[0].recv_from(&mut [0; 8]).unwrap();
        assert_eq!(outside.ip(), v6(home), "nothing is translated");
        assert_eq!(outside.port(), inner.local_addr().unwrap().port());
        sockets[2].send_to(b"stranger", outside).unwrap();
        sockets[1].send_to(b"other port", outside).unwrap();
        std::thread::sleep(MS * 30);
        sockets[0].send_to(b"friend", outside).unwrap();
        let heard = super::common::heard_until(&inner, "friend");
        assert_eq!(heard.contains(&"other port".to_owned()), other_port);
        assert_eq!(heard.contains(&"stranger".to_owned()), stranger);

        assert_eq!(home.ping(v6(x), 3, SOON).unwrap().len(), 3);
        let error = connect(home, v6(x), 9).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
        // By the host itself, or by its router where it may not be reached.
        let check = lab.check().unwrap();
        assert!(
            check.pairs.iter().all(|pair| pair.median.is_some()),
            "{}",
            check.verdict()
        );
    }
}

fn udp_is_blocked_in_ipv6_too() {
    let lab = guarded(Nat::udp_blocked());
    let (home, x) = (host(&lab, "home"), host(&lab, "x"));
    let (from, to) = (udp(home), udp(x));
    let at = SocketAddr::new(v6(x).into(), to.local_addr().unwrap().port());
    from.send_to(b"hello", at).unwrap();
    assert!(to.recv(&mut [0; 8]).is_err());
    talk(home, x, v6(x).into());
}

/// More neighbours on one switch than the machine could learn.
fn forty_hosts_speak_ipv6() {
    let names: Vec<String> = (0..40).map(|number| format!("h{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let sites = vec![site("all", "here", Nat::None, &names).family(Family::Dual)];
    let lab = lab_in(two_regions(MS, MS), sites);
    for (from, to) in names.iter().zip(names.iter().skip(1)) {
        let answers = host(&lab, from).ping(v6(host(&lab, to)), 1, SOON).unwrap();
        assert_eq!(answers.len(), 1, "{from} to {to}");
    }
}
