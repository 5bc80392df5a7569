//! Paths that change while packets are on them.

use std::collections::HashSet;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use e3_lab::testing::Test;
use e3_lab::{Access, Change, ChangeError, Conditions, Lab, Outage, RateChange, Reorder, Site};

use crate::common::{SOON, address, connect, host, lab_in, listen, ms, two_regions, udp};

/// The tests of this file.
pub(crate) const TESTS: &[Test] = &[
    Test::inside("a_direction_changes_at_once", a_direction_changes_at_once),
    Test::inside(
        "what_is_on_its_way_is_lost_in_an_outage",
        what_is_on_its_way_is_lost_in_an_outage,
    ),
    Test::inside("an_outage_ends_by_itself", an_outage_ends_by_itself),
    Test::inside(
        "none_overtakes_when_the_delay_changes",
        none_overtakes_when_the_delay_changes,
    ),
    Test::inside(
        "none_overtakes_when_a_line_becomes_clear",
        none_overtakes_when_a_line_becomes_clear,
    ),
    Test::inside(
        "packets_are_doubled_and_overtaken_where_asked_for",
        packets_are_doubled_and_overtaken_where_asked_for,
    ),
    Test::inside(
        "loss_hits_packets_and_not_pieces",
        loss_hits_packets_and_not_pieces,
    ),
    Test::inside("a_path_has_a_rate_of_its_own", a_path_has_a_rate_of_its_own),
    Test::inside(
        "a_pair_repeats_its_chances_whatever_others_do",
        a_pair_repeats_its_chances_whatever_others_do,
    ),
    Test::inside(
        "a_line_repeats_its_chances_whatever_its_paths_do",
        a_line_repeats_its_chances_whatever_its_paths_do,
    ),
    Test::inside("a_line_changes_both_ways", a_line_changes_both_ways),
    Test::inside(
        "nobodys_address_is_unreachable_at_once",
        nobodys_address_is_unreachable_at_once,
    ),
    Test::inside(
        "places_are_named_by_site_or_host",
        places_are_named_by_site_or_host,
    ),
];

const MS: Duration = Duration::from_millis(1);

/// A site with a host of its name.
fn public_site(name: &str, region: &str) -> Site {
    Site::new(name, region).hosts([name])
}

/// Sites `a` and `b` with this delay in either direction, each with a host of its name.
fn pair(delay: Duration) -> Lab {
    let sites = vec![public_site("a", "here"), public_site("b", "there")];
    lab_in(two_regions(delay, delay), sites)
}

/// A socket on `a`, one on `b`, and the latter's address.
fn sockets(lab: &Lab) -> (UdpSocket, UdpSocket, SocketAddr) {
    let (a, b) = (udp(host(lab, "a")), udp(host(lab, "b")));
    let port = b.local_addr().unwrap().port();
    (a, b, (address(host(lab, "b")), port).into())
}

fn change(lab: &Lab, from: &str, to: &str, change: Change) -> Conditions {
    lab.set_path(from, to, change).unwrap()
}

/// Sends this many numbered packets, half a millisecond apart.
fn send_numbers(from: &UdpSocket, to: SocketAddr, count: u32) {
    for number in 0..count {
        from.send_to(&number.to_be_bytes(), to).unwrap();
        thread::sleep(MS / 2);
    }
}

/// The numbers that arrive of this many that are sent. Somebody takes them meanwhile, as a socket holds few.
fn exchange(a: &UdpSocket, b: &UdpSocket, to: SocketAddr, count: u32) -> Vec<u32> {
    thread::scope(|scope| {
        let taking = scope.spawn(|| numbers(b));
        send_numbers(a, to, count);
        taking.join().unwrap()
    })
}

/// The numbers that arrive until none has for a while.
fn numbers(socket: &UdpSocket) -> Vec<u32> {
    socket.set_read_timeout(Some(MS * 300)).unwrap();
    let mut packet = [0; 4];
    let next = || {
        socket
            .recv(&mut packet)
            .ok()
            .map(|_| u32::from_be_bytes(packet))
    };
    std::iter::from_fn(next).collect()
}

pub(crate) fn a_direction_changes_at_once() {
    let lab = pair(MS * 5);
    let rtt = || {
        let to = address(host(&lab, "b"));
        let times = host(&lab, "a").ping(to, 5, SOON).unwrap();
        times.into_iter().min().unwrap()
    };
    assert!((9.8..11.0).contains(&ms(rtt())), "{:?}", rtt());
    let slower = Change {
        delay: Some(MS * 40),
        ..Change::default()
    };
    assert_eq!(change(&lab, "a", "b", slower).delay, MS * 40);
    assert!((44.8..46.5).contains(&ms(rtt())), "{:?}", rtt());
    assert_eq!(lab.path("a", "b").unwrap().delay, MS * 40);
    assert_eq!(lab.path("b", "a").unwrap().delay, MS * 5);
    assert_eq!(lab.pair_rtt_expected("a", "b"), Some(MS * 45));
    let restore = Change {
        restore: true,
        ..Change::default()
    };
    change(&lab, "a", "b", restore);
    assert!((9.8..11.0).contains(&ms(rtt())), "{:?}", rtt());
}

pub(crate) fn what_is_on_its_way_is_lost_in_an_outage() {
    let lab = pair(MS * 300);
    let (a, b, to) = sockets(&lab);
    send_numbers(&a, to, 5);
    let down = Change {
        outage: Some(Outage::Endless),
        ..Change::default()
    };
    assert!(change(&lab, "a", "b", down).down);
    a.send_to(&9_u32.to_be_bytes(), to).unwrap();
    thread::sleep(MS * 400);
    assert_eq!(numbers(&b), []);
    assert_eq!(lab.drops().down, 6);
    assert!(
        !lab.path("b", "a").unwrap().down,
        "the other direction works"
    );
    let up = Change {
        outage: Some(Outage::Over),
        delay: Some(MS),
        ..Change::default()
    };
    change(&lab, "a", "b", up);
    send_numbers(&a, to, 3);
    assert_eq!(numbers(&b), [0, 1, 2]);
}

pub(crate) fn an_outage_ends_by_itself() {
    let lab = pair(MS);
    let (a, b, to) = sockets(&lab);
    let short = Change {
        outage: Some(Outage::For(MS * 100)),
        ..Change::default()
    };
    let started = Instant::now();
    change(&lab, "a", "b", short);
    let sending = thread::spawn(move || send_numbers(&a, to, 400));
    b.set_read_timeout(Some(SOON)).unwrap();
    b.recv(&mut [0; 4]).unwrap();
    let took = ms(started.elapsed());
    assert!((99.0..120.0).contains(&took), "{took}");
    sending.join().unwrap();
}

pub(crate) fn none_overtakes_when_the_delay_changes() {
    let lab = pair(MS * 50);
    let (a, b, to) = sockets(&lab);
    let sending = thread::spawn(move || send_numbers(&a, to, 300));
    for delay in [1, 30, 0, 60, 5] {
        thread::sleep(MS * 25);
        let delay = Change {
            delay: Some(MS * delay),
            ..Change::default()
        };
        change(&lab, "a", "b", delay);
    }
    let numbers = numbers(&b);
    sending.join().unwrap();
    assert_eq!(numbers, (0..300).collect::<Vec<_>>());
}

pub(crate) fn none_overtakes_when_a_line_becomes_clear() {
    let lab = pair(MS * 5);
    let (a, b, to) = sockets(&lab);
    let sending = thread::spawn(move || send_numbers(&a, to, 300));
    for jitter in [40, 0, 60, 0] {
        let access = Access {
            jitter: MS * jitter,
            ..Access::default()
        };
        lab.set_access("b", access).unwrap();
        thread::sleep(MS * 40);
    }
    let numbers = numbers(&b);
    sending.join().unwrap();
    assert_eq!(numbers, (0..300).collect::<Vec<_>>());
}

pub(crate) fn packets_are_doubled_and_overtaken_where_asked_for() {
    let lab = pair(MS);
    let (a, b, to) = sockets(&lab);
    let twice = Change {
        duplicate: Some(0.3),
        ..Change::default()
    };
    change(&lab, "a", "b", twice);
    let doubled = exchange(&a, &b, to, 500);
    // Five standard deviations: sqrt(500 · 0.3 · 0.7) ≈ 10.
    assert!((600..700).contains(&doubled.len()), "{}", doubled.len());
    assert!(doubled.is_sorted(), "copies do not reorder");
    let copies = lab.counters().pairs[0].copies;
    assert_eq!(doubled.len() as u64, 500 + copies);

    let reorder = Change {
        restore: true,
        reorder: Some(Reorder {
            chance: 0.1,
            by: MS * 10,
        }),
        ..Change::default()
    };
    change(&lab, "a", "b", reorder);
    let reordered = exchange(&a, &b, to, 500);
    let late = reordered.windows(2).filter(|pair| pair[0] > pair[1]);
    let late = late.count();
    assert_eq!(reordered.len(), 500);
    assert!((15..=85).contains(&late), "{late}");
}

/// A stream loses single packets, and not whole pieces as its sender hands them over.
pub(crate) fn loss_hits_packets_and_not_pieces() {
    let lab = pair(MS);
    let lossy = Change {
        loss: Some(0.01),
        ..Change::default()
    };
    change(&lab, "a", "b", lossy);
    let (listener, port) = listen(host(&lab, "b"));
    let mut sender = connect(host(&lab, "a"), address(host(&lab, "b")), port).unwrap();
    let (mut incoming, _) = listener.accept().unwrap();
    let sending = thread::spawn(move || sender.write_all(&vec![7; 20_000_000]).unwrap());
    let mut received = Vec::new();
    incoming.read_to_end(&mut received).unwrap();
    sending.join().unwrap();
    assert_eq!(received.len(), 20_000_000);
    let counters = lab.counters();
    let there = counters.pairs.iter().find(|pair| pair.from == "a").unwrap();
    let sent = there.delivered.packets + there.drops.lost;
    println!("{there:?}");
    assert!(sent > 13_800, "of 1,448 bytes each");
    // Five standard deviations of a binomial distribution: sqrt(14000 · 0.01 · 0.99) ≈ 12.
    assert!((80..=200).contains(&there.drops.lost), "{there:?}");
    let back = counters.pairs.iter().find(|pair| pair.from == "b").unwrap();
    assert_eq!(back.drops.total(), 0, "one direction is lossy");
}

pub(crate) fn a_path_has_a_rate_of_its_own() {
    let lab = pair(MS);
    let slow = Change {
        rate: Some(RateChange::BitsPerSecond(20_000_000)),
        ..Change::default()
    };
    change(&lab, "a", "b", slow);
    let (listener, port) = listen(host(&lab, "b"));
    let mut sender = connect(host(&lab, "a"), address(host(&lab, "b")), port).unwrap();
    let (mut incoming, _) = listener.accept().unwrap();
    let sending = thread::spawn(move || sender.write_all(&vec![7; 3_000_000]).unwrap());
    let started = Instant::now();
    let received = std::io::copy(&mut incoming, &mut std::io::sink()).unwrap();
    sending.join().unwrap();
    let rate = f64::from(u32::try_from(received).unwrap()) * 8e-6 / started.elapsed().as_secs_f64();
    println!("{rate:.2} Mbit/s");
    assert!((16.0..20.0).contains(&rate), "{rate}");
}

/// Which packets of `a` are lost depends on the seed and on nothing else, traffic of others least of all.
pub(crate) fn a_pair_repeats_its_chances_whatever_others_do() {
    let lost = |noise: bool| {
        let lab = pair(MS);
        let (a, b, to) = sockets(&lab);
        let lossy = Change {
            loss: Some(0.2),
            ..Change::default()
        };
        change(&lab, "a", "b", lossy);
        change(&lab, "b", "a", lossy);
        // Somebody has to listen, or `a` would answer that nobody does.
        let ear = udp(host(&lab, "a"));
        let port = ear.local_addr().unwrap().port();
        let back: SocketAddr = (address(host(&lab, "a")), port).into();
        for number in 0..200_u32 {
            a.send_to(&number.to_be_bytes(), to).unwrap();
            if noise {
                b.send_to(b"noise", back).unwrap();
            }
            thread::sleep(MS / 2);
        }
        let received: HashSet<_> = numbers(&b).into_iter().collect();
        (0..200)
            .filter(|number| !received.contains(number))
            .collect::<Vec<_>>()
    };
    let quiet = lost(false);
    println!("{quiet:?}");
    assert!(quiet.len() > 10);
    assert_eq!(lost(true), quiet);
}

/// Which packets a line loses depends on no path that leads to it, whatever is declared for that.
pub(crate) fn a_line_repeats_its_chances_whatever_its_paths_do() {
    let arrived = |path: Change| {
        let lab = pair(MS);
        let (a, b, to) = sockets(&lab);
        let lossy = Access {
            loss: 0.2,
            ..Access::default()
        };
        lab.set_access("b", lossy).unwrap();
        change(&lab, "a", "b", path);
        exchange(&a, &b, to, 200)
    };
    let plain = arrived(Change::default());
    assert!((120..190).contains(&plain.len()), "{plain:?}");
    let jitter = Change {
        jitter: Some(MS),
        ..Change::default()
    };
    assert_eq!(arrived(jitter), plain);
}

pub(crate) fn a_line_changes_both_ways() {
    let lab = pair(MS);
    let (a, b, to) = sockets(&lab);
    let dead = Access {
        loss: 1.0,
        ..Access::default()
    };
    lab.set_access("a", dead).unwrap();
    assert_eq!(lab.access("a"), Some(dead));
    send_numbers(&a, to, 5);
    let back = (address(host(&lab, "a")), a.local_addr().unwrap().port());
    b.send_to(b"lost", back).unwrap();
    thread::sleep(MS * 20);
    let lost = lab
        .counters()
        .pairs
        .iter()
        .map(|pair| pair.drops.lost)
        .collect::<Vec<_>>();
    assert_eq!(lost, [5, 1]);
    lab.set_access("a", Access::default()).unwrap();
    assert_eq!(exchange(&a, &b, to, 5), [0, 1, 2, 3, 4]);
    let nothing = Access {
        rate: Some(0),
        ..dead
    };
    assert!(lab.set_access("a", nothing).is_err());
}

pub(crate) fn nobodys_address_is_unreachable_at_once() {
    let lab = pair(MS * 200);
    let started = Instant::now();
    // Rust's own time-out now and then finds that a connection has failed and not why.
    let nobody = || TcpStream::connect("198.19.77.7:80");
    let error = host(&lab, "a").run_in(nobody).unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::HostUnreachable, "{error}");
    assert!(started.elapsed() < MS * 150, "{:?}", started.elapsed());
    assert_eq!(lab.counters().unroutable, 1);
}

pub(crate) fn places_are_named_by_site_or_host() {
    let far = Site::new("far", "there").hosts(["anna", "bert"]);
    let lab = lab_in(two_regions(MS, MS), vec![public_site("a", "here"), far]);
    assert_eq!(lab.path("a", "anna"), lab.path("a", "far"));
    let nothing = Change::default();
    let error = lab.set_path("a", "ana", nothing).unwrap_err();
    assert!(
        error.to_string().contains("did you mean `anna`?"),
        "{error}"
    );
    let error = lab.set_path("bert", "anna", nothing).unwrap_err();
    assert!(matches!(error, ChangeError::SameSite { .. }), "{error}");
    let never = Change {
        loss: Some(1.5),
        ..nothing
    };
    assert!(lab.set_path("a", "far", never).is_err());
    assert_eq!(lab.path("a", "nowhere"), None);
}
