//! Every kind of NAT, by what can be seen of it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::thread;

use e3_lab::{Behaviour, Filtering, Lab, Mapping, Nat, Ports};

use super::{MS, behind, endpoint, seen, udp_at};
use crate::common::{SOON, address, connect, heard_until, host, listen};

/// What was seen of a NAT.
#[derive(Debug, PartialEq)]
struct Seen {
    mapping: Mapping,
    filtering: Filtering,
    preserves_ports: bool,
    /// None where it cannot be seen, because nobody inside knows the outside endpoint that another one is to answer.
    hairpin: Option<bool>,
}

/// A kind of NAT with a setting or two changed.
fn with(change: impl FnOnce(&mut Behaviour)) -> Nat {
    let mut behaviour = Behaviour::PORT_RESTRICTED;
    change(&mut behaviour);
    Nat::Router(behaviour)
}

/// The kinds, and what is to be seen of each.
fn table() -> Vec<(&'static str, Nat, Seen)> {
    use Filtering as F;
    use Mapping as M;
    let row = |name, nat, mapping, filtering, preserves_ports, hairpin| {
        let seen = Seen {
            mapping,
            filtering,
            preserves_ports,
            hairpin,
        };
        (name, nat, seen)
    };
    let (mi, ma, mp) = (
        M::EndpointIndependent,
        M::AddressDependent,
        M::AddressAndPortDependent,
    );
    let (fi, fa, fp) = (
        F::EndpointIndependent,
        F::AddressDependent,
        F::AddressAndPortDependent,
    );
    vec![
        row("full cone", Nat::full_cone(), mi, fi, true, Some(false)),
        row(
            "address-restricted",
            Nat::address_restricted(),
            mi,
            fa,
            true,
            Some(false),
        ),
        row(
            "port-restricted",
            Nat::port_restricted(),
            mi,
            fp,
            true,
            Some(false),
        ),
        row("symmetric", Nat::symmetric(), mp, fp, false, None),
        row(
            "carrier-grade",
            Nat::carrier_grade(),
            mi,
            fp,
            true,
            // By the carrier.
            Some(true),
        ),
        row(
            "hairpinning",
            with(|nat| nat.hairpin = true),
            mi,
            fp,
            true,
            Some(true),
        ),
        row(
            "random ports",
            with(|nat| nat.ports = Ports::Random),
            mi,
            fp,
            false,
            Some(false),
        ),
        row(
            "mapping by address",
            with(|nat| nat.mapping = ma),
            ma,
            fp,
            true,
            None,
        ),
        row(
            "strange: symmetric and open",
            with(|nat| (nat.mapping, nat.filtering) = (mp, fi)),
            mp,
            fi,
            true,
            None,
        ),
    ]
}

/// The kinds by name.
pub(super) fn kinds() -> Vec<(&'static str, Nat)> {
    let rows = table().into_iter();
    rows.map(|(name, nat, _)| (name, nat)).collect()
}

pub(crate) fn every_kind_maps_and_filters_as_declared() {
    for (name, nat, declared) in table() {
        let lab = behind(nat);
        let found = Seen {
            mapping: mapping(&lab),
            filtering: filtering(&lab),
            preserves_ports: preserves_ports(&lab),
            hairpin: declared.hairpin.map(|_| hairpin(&lab)),
        };
        println!("{name}: {found:?}");
        assert_eq!(found, declared, "{name}");
        two_hosts_of_one_port_are_told_apart(&lab);
    }
}

/// One socket sends to two ports of one friend, and to another friend.
fn mapping(lab: &Lab) -> Mapping {
    let (x, x2) = (udp_at(host(lab, "x"), 0), udp_at(host(lab, "x"), 0));
    let (a, y) = (udp_at(host(lab, "a"), 0), udp_at(host(lab, "y"), 0));
    let first = seen(&a, lab, "x", &x);
    let other_port = seen(&a, lab, "x", &x2);
    let other_address = seen(&a, lab, "y", &y);
    assert_eq!(first, seen(&a, lab, "x", &x), "a mapping lasts");
    match (first == other_port, first == other_address) {
        (true, true) => Mapping::EndpointIndependent,
        (true, false) => Mapping::AddressDependent,
        (false, false) => Mapping::AddressAndPortDependent,
        (false, true) => panic!("{first}, {other_port}, {other_address}"),
    }
}

/// A friend is sent to; who else gets in?
fn filtering(lab: &Lab) -> Filtering {
    let (x, x2) = (udp_at(host(lab, "x"), 0), udp_at(host(lab, "x"), 0));
    let (a, y) = (udp_at(host(lab, "a"), 0), udp_at(host(lab, "y"), 0));
    let outside = seen(&a, lab, "x", &x);
    y.send_to(b"stranger", outside).unwrap();
    x2.send_to(b"other port", outside).unwrap();
    thread::sleep(MS * 20);
    x.send_to(b"friend", outside).unwrap();
    let heard = heard_until(&a, "friend");
    let heard: Vec<&str> = heard.iter().map(String::as_str).collect();
    match heard.as_slice() {
        [] => Filtering::AddressAndPortDependent,
        ["other port"] => Filtering::AddressDependent,
        ["stranger", "other port"] => Filtering::EndpointIndependent,
        other => panic!("{other:?}"),
    }
}

fn preserves_ports(lab: &Lab) -> bool {
    let x = udp_at(host(lab, "x"), 0);
    let sockets: Vec<_> = (0..4).map(|_| udp_at(host(lab, "a"), 0)).collect();
    sockets.iter().all(|socket| {
        let inside = socket.local_addr().unwrap().port();
        seen(socket, lab, "x", &x).port() == inside
    })
}

/// Both hosts know each other's outside endpoints and send there, as peers do to punch holes.
fn hairpin(lab: &Lab) -> bool {
    let x = udp_at(host(lab, "x"), 0);
    let (a, b) = (udp_at(host(lab, "a"), 0), udp_at(host(lab, "b"), 0));
    let (of_a, of_b) = (seen(&a, lab, "x", &x), seen(&b, lab, "x", &x));
    a.send_to(b"opens", of_b).unwrap();
    thread::sleep(MS * 20);
    b.send_to(b"through the loop", of_a).unwrap();
    thread::sleep(MS * 20);
    x.send_to(b"friend", of_a).unwrap();
    match heard_until(&a, "friend").as_slice() {
        [] => false,
        [one] => one == "through the loop",
        other => panic!("{other:?}"),
    }
}

/// Both send from the same port of their own to the same friend.
fn two_hosts_of_one_port_are_told_apart(lab: &Lab) {
    const PORT: u16 = 5000;
    let x = udp_at(host(lab, "x"), 0);
    let (a, b) = (udp_at(host(lab, "a"), PORT), udp_at(host(lab, "b"), PORT));
    let (of_a, of_b) = (seen(&a, lab, "x", &x), seen(&b, lab, "x", &x));
    assert_ne!(of_a, of_b);
    assert_eq!(of_a.ip(), of_b.ip(), "they share one address");
    assert_eq!(Some(of_a.ip()), lab.seen_as("a"));
    for (socket, outside, word) in [(&a, of_a, "for a"), (&b, of_b, "for b")] {
        x.send_to(word.as_bytes(), outside).unwrap();
        assert!(heard_until(socket, word).is_empty());
    }
}

pub(crate) fn where_udp_is_blocked_tcp_is_not() {
    let lab = behind(Nat::udp_blocked());
    let (a, x) = (udp_at(host(&lab, "a"), 0), udp_at(host(&lab, "x"), 0));
    x.set_read_timeout(Some(MS * 300)).unwrap();
    a.send_to(b"hello", endpoint(host(&lab, "x"), &x)).unwrap();
    assert!(x.recv(&mut [0; 16]).is_err(), "a datagram came out");
    let router = (lab.seen_as("a").unwrap(), a.local_addr().unwrap().port());
    a.set_read_timeout(Some(MS * 300)).unwrap();
    x.send_to(b"hello", router).unwrap();
    assert!(a.recv(&mut [0; 16]).is_err(), "a datagram came in");
    let (listener, port) = listen(host(&lab, "x"));
    let stream = connect(host(&lab, "a"), address(host(&lab, "x")), port).unwrap();
    let (_, from) = listener.accept().unwrap();
    assert_eq!(Some(from.ip()), lab.seen_as("a"));
    drop(stream);
    let answers = host(&lab, "a").ping(address(host(&lab, "x")), 3, SOON);
    assert_eq!(answers.unwrap().len(), 3, "pings are no UDP");
}

/// Behind a full cone, a connection comes in to a port from which one has gone out.
pub(crate) fn a_full_cone_lets_connections_in() {
    for (nat, open) in [(Nat::full_cone(), true), (Nat::port_restricted(), false)] {
        let lab = behind(nat);
        let (listener, port) = listen(host(&lab, "x"));
        let to = SocketAddr::new(IpAddr::V4(address(host(&lab, "x"))), port);
        let (first, own) = host(&lab, "a").run_in(|| from_a_shared_port(to)).unwrap();
        let (_, outside) = listener.accept().unwrap();
        assert_eq!(outside.port(), first.local_addr().unwrap().port());
        let tried = connect(host(&lab, "y"), outside.ip(), outside.port());
        assert_eq!(tried.is_ok(), open, "{tried:?}");
        drop((first, own));
    }
}

/// A connection, and a listener on the port that it goes out from.
fn from_a_shared_port(to: SocketAddr) -> (std::net::TcpStream, std::net::TcpListener) {
    use rustix::net::{AddressFamily, SocketType, bind, connect, listen, socket, sockopt};
    let shared = |port| {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        sockopt::set_socket_reuseaddr(&socket, true).unwrap();
        sockopt::set_socket_reuseport(&socket, true).unwrap();
        bind(&socket, &SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))).unwrap();
        socket
    };
    let out = shared(0);
    let port = rustix::net::getsockname(&out).unwrap();
    let port = SocketAddr::try_from(port).unwrap().port();
    let own = shared(port);
    listen(&own, 1).unwrap();
    connect(&out, &to).unwrap();
    (out.into(), own.into())
}
