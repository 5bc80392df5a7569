//! When NATs forget.

use std::io::{ErrorKind, Read, Write};
use std::thread;
use std::time::Duration;

use e3_lab::{Behaviour, Carrier, Lab, Nat, Ports, Timeouts};

use super::kinds::kinds;
use super::{MS, behind, seen, udp_at};
use crate::common::{address, connect, heard_until, host, listen};

/// Long enough that a busy machine keeps within it, short enough to wait for.
const SHORT: Duration = Duration::from_millis(800);

fn forgetful(timeouts: Timeouts) -> Lab {
    // With random ports a new mapping shows.
    behind(Nat::Router(Behaviour {
        timeouts,
        ports: Ports::Random,
        ..Behaviour::PORT_RESTRICTED
    }))
}

pub(crate) fn a_silent_mapping_is_forgotten_and_a_used_one_is_not() {
    let lab = forgetful(Timeouts {
        udp: SHORT,
        ..Timeouts::DEFAULT
    });
    let (a, x) = (udp_at(host(&lab, "a"), 0), udp_at(host(&lab, "x"), 0));
    let first = seen(&a, &lab, "x", &x);
    // What goes out keeps it alive, for much longer than it would last.
    for _ in 0..8 {
        thread::sleep(SHORT / 4);
        assert_eq!(seen(&a, &lab, "x", &x), first);
    }
    // What comes in does not.
    for _ in 0..6 {
        thread::sleep(SHORT / 4);
        x.send_to(b"still there?", first).unwrap();
    }
    let second = seen(&a, &lab, "x", &x);
    assert_ne!(second, first, "it should have been forgotten");
    x.send_to(b"too late", first).unwrap();
    x.send_to(b"in time", second).unwrap();
    let heard = heard_until(&a, "in time");
    assert!(heard.len() < 6, "not all came in: {heard:?}");
    assert!(!heard.contains(&"too late".to_owned()), "{heard:?}");
}

/// The same NAT, which forgets UDP soon.
fn soon(nat: Nat) -> Nat {
    let change = |behaviour: Behaviour| Behaviour {
        timeouts: Timeouts {
            udp: SHORT,
            ..behaviour.timeouts
        },
        ..behaviour
    };
    match nat {
        Nat::None => Nat::None,
        Nat::Router(behaviour) => Nat::Router(change(behaviour)),
        Nat::CarrierGrade { home, carrier } => Nat::CarrierGrade {
            home: change(home),
            carrier: Carrier {
                behaviour: change(carrier.behaviour),
                ..carrier
            },
        },
    }
}

/// Whatever a kind lets in from whom it was sent to, it does not when it has been silent.
pub(crate) fn every_kind_forgets_what_is_silent() {
    let opened: Vec<_> = kinds()
        .into_iter()
        .map(|(name, nat)| {
            let lab = behind(soon(nat));
            let (a, x) = (udp_at(host(&lab, "a"), 0), udp_at(host(&lab, "x"), 0));
            let outside = seen(&a, &lab, "x", &x);
            x.send_to(b"in time", outside).unwrap();
            assert!(heard_until(&a, "in time").is_empty(), "{name}");
            (name, lab, a, x, outside)
        })
        .collect();
    thread::sleep(SHORT * 3 / 2);
    for (name, lab, a, x, outside) in &opened {
        x.send_to(b"too late", outside).unwrap();
        thread::sleep(MS * 20);
        let outside = seen(a, lab, "x", x);
        x.send_to(b"in time", outside).unwrap();
        assert_eq!(heard_until(a, "in time"), [""; 0], "{name}");
    }
}

pub(crate) fn an_idle_connection_is_forgotten() {
    let lab = forgetful(Timeouts {
        tcp_established: SHORT,
        ..Timeouts::DEFAULT
    });
    let (listener, port) = listen(host(&lab, "x"));
    let connected = || {
        let stream = connect(host(&lab, "a"), address(host(&lab, "x")), port).unwrap();
        stream.set_read_timeout(Some(MS * 300)).unwrap();
        (stream, listener.accept().unwrap().0)
    };
    let (mut stream, mut accepted) = connected();
    for _ in 0..6 {
        thread::sleep(SHORT / 4);
        accepted.write_all(b"+").unwrap();
        stream.read_exact(&mut [0]).unwrap();
    }
    thread::sleep(SHORT * 3 / 2);
    accepted.write_all(b"-").unwrap();
    let error = stream.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
    let (mut stream, mut accepted) = connected();
    accepted.write_all(b"+").unwrap();
    stream.read_exact(&mut [0]).unwrap();
}

pub(crate) fn mappings_are_shown_and_end() {
    let lab = forgetful(Timeouts {
        udp: SHORT,
        ..Timeouts::DEFAULT
    });
    let (a, x) = (udp_at(host(&lab, "a"), 0), udp_at(host(&lab, "x"), 0));
    assert!(lab.mappings("home").unwrap().router.is_empty());
    let outside = seen(&a, &lab, "x", &x);
    let shown = lab.mappings("home").unwrap();
    assert!(shown.carrier.is_empty());
    let [mapping] = shown.router.as_slice() else {
        panic!("{shown:?}");
    };
    assert_eq!(mapping.outside, outside);
    assert_eq!(mapping.inside.port(), a.local_addr().unwrap().port());
    let (peer, left) = mapping.peers[0];
    assert_eq!(peer.port(), x.local_addr().unwrap().port());
    assert!(left <= SHORT && left > Duration::ZERO, "{left:?}");
    thread::sleep(SHORT * 3 / 2);
    assert!(lab.mappings("home").unwrap().router.is_empty());
}
