//! What the network says about packets finds its way through a NAT, in both directions.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use e3_lab::{Lab, Nat};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketType, socket, sockopt};

use super::{MS, behind, endpoint, seen, udp_at};
use crate::common::{SOON, address, connect, host, listen};

fn both_depths() -> [Lab; 2] {
    [Nat::port_restricted(), Nat::carrier_grade()].map(behind)
}

pub(crate) fn pings_go_out_and_are_answered_for() {
    for lab in both_depths() {
        for inside in ["a", "b"] {
            let answers = host(&lab, inside).ping(address(host(&lab, "x")), 5, SOON);
            assert_eq!(answers.unwrap().len(), 5, "{inside} to x");
        }
        let router = lab.seen_as("a").unwrap();
        for outside in ["x", "a"] {
            let answers = host(&lab, outside).ping(router, 5, SOON).unwrap();
            assert_eq!(answers.len(), 5, "{outside} to the router");
        }
    }
}

pub(crate) fn a_refused_connection_is_refused_through_a_nat() {
    for lab in both_depths() {
        let started = Instant::now();
        let error = connect(host(&lab, "a"), address(host(&lab, "x")), 9).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
        assert!(started.elapsed() < MS * 900, "it took a second SYN");
    }
}

/// Nobody listens on the port: ICMP's port unreachable, which quotes the datagram.
pub(crate) fn a_closed_port_is_told_outwards_and_inwards() {
    for lab in both_depths() {
        let a = udp_at(host(&lab, "a"), 0);
        let closed = udp_at(host(&lab, "x"), 0);
        let port = endpoint(host(&lab, "x"), &closed);
        drop(closed);
        a.connect(port).unwrap();
        a.send(b"hello").unwrap();
        let error = a.recv(&mut [0; 8]).unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::ConnectionRefused,
            "inwards: {error}"
        );

        let (a, x) = (udp_at(host(&lab, "a"), 0), udp_at(host(&lab, "x"), 0));
        let outside = seen(&a, &lab, "x", &x);
        drop(a);
        x.connect(outside).unwrap();
        x.send(b"are you there?").unwrap();
        let error = x.recv(&mut [0; 8]).unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::ConnectionRefused,
            "outwards: {error}"
        );
    }
}

/// What finds the hops of a route: packets that may not travel far enough.
pub(crate) fn an_expired_packet_is_told() {
    for lab in both_depths() {
        let x = host(&lab, "x");
        let (_listener, port) = listen(x);
        let to = (address(x), port);
        // The second router on the way is that of the other site.
        for (hops, arrives) in [(1, false), (2, false), (3, true)] {
            let started = Instant::now();
            let tried = host(&lab, "a").run_in(|| connect_within(to, hops)).unwrap();
            match tried {
                Ok(()) => assert!(arrives, "{hops} hops are enough"),
                Err(error) => {
                    assert!(!arrives && error == Errno::HOSTUNREACH, "{hops}: {error}");
                    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
                }
            }
        }
    }
}

/// Connects with packets that pass fewer routers than this.
fn connect_within(to: (Ipv4Addr, u16), hops: u32) -> Result<(), Errno> {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    sockopt::set_ip_ttl(&socket, hops)?;
    rustix::net::connect(&socket, &SocketAddr::from(to))
}

/// Datagrams longer than a packet: the fragments follow the first, both ways.
pub(crate) fn fragments_pass() {
    for lab in both_depths() {
        let (a, x) = (udp_at(host(&lab, "a"), 0), udp_at(host(&lab, "x"), 0));
        let long = vec![7; 20_000];
        a.send_to(&long, endpoint(host(&lab, "x"), &x)).unwrap();
        let mut got = vec![0; 30_000];
        let (length, from) = x.recv_from(&mut got).unwrap();
        assert_eq!(got[..length], long);
        x.send_to(&long, from).unwrap();
        let length = a.recv(&mut got).unwrap();
        assert_eq!(got[..length], long);
    }
}
