//! Delay, jitter, loss, rate, reachability.

use std::io::{ErrorKind, Read, Write};
use std::net::Ipv4Addr;
use std::thread;
use std::time::{Duration, Instant};

use e3_lab::testing::Test;
use e3_lab::{Access, Nat, Site, Trust};

use crate::common::{
    SOON, address, connect, host, lab, lab_in, listen, ms, site, two_regions, udp,
};

/// The tests of this file.
pub(crate) const TESTS: &[Test] = &[
    Test::inside("round_trips_are_as_declared", round_trips_are_as_declared),
    Test::inside(
        "a_hundred_homes_are_quickly_built",
        a_hundred_homes_are_quickly_built,
    ),
    Test::inside("streams_are_fast", streams_are_fast),
    Test::inside("one_site_needs_no_wide_area", one_site_needs_no_wide_area),
    Test::inside(
        "hosts_of_one_site_bypass_the_wide_area",
        hosts_of_one_site_bypass_the_wide_area,
    ),
    Test::inside("directions_can_differ", directions_can_differ),
    Test::inside("jitter_does_not_reorder", jitter_does_not_reorder),
    Test::inside("loss_is_as_declared", loss_is_as_declared),
    Test::inside(
        "a_flood_does_not_fill_the_memory",
        a_flood_does_not_fill_the_memory,
    ),
    Test::inside("rate_is_as_declared", rate_is_as_declared),
    Test::inside("a_slow_line_is_as_declared", a_slow_line_is_as_declared),
    Test::inside("a_lossy_line_is_as_declared", a_lossy_line_is_as_declared),
    Test::inside(
        "private_addresses_are_refused_at_once",
        private_addresses_are_refused_at_once,
    ),
    Test::inside("traffic_is_counted", traffic_is_counted),
];

const MS: Duration = Duration::from_millis(1);

/// Four regions and a home, as in the first example.
pub(crate) fn round_trips_are_as_declared() {
    let started = Instant::now();
    let lab = lab(vec![
        site("a", "ams3", Nat::None, &["a"]),
        site("b", "nyc3", Nat::None, &["b"]),
        site("c", "sgp1", Nat::None, &["c"]),
        site("d", "fra1", Nat::port_restricted(), &["d"]),
    ]);
    println!("built in {:.1} ms", ms(started.elapsed()));
    let started = Instant::now();
    let check = lab.check().unwrap();
    println!(
        "checked in {:.1} ms: {}",
        ms(started.elapsed()),
        check.verdict()
    );
    for pair in &check.pairs {
        let (median, shortest) = (
            pair.median.map_or(f64::NAN, ms),
            pair.shortest.map_or(f64::NAN, ms),
        );
        println!(
            "{}-{}: {:.3} expected, {median:.3} median, {shortest:.3} shortest",
            pair.a,
            pair.b,
            ms(pair.expected)
        );
    }
    println!("{:?}", lab.lateness());
    assert_eq!(check.pairs.len(), 6);
    assert_ne!(check.trust(), Trust::Wrong);
    // On a busy machine the check has to say so, which is no mistake of the lab's.
    if check.load < 1.0 {
        assert_eq!(check.trust(), Trust::Trusted);
    }
    assert_eq!(
        lab.pair_rtt_expected("a", "b"),
        Some(Duration::from_micros(84_740))
    );
}

/// A hundred homes with a router each: built and checked, and how long that takes.
pub(crate) fn a_hundred_homes_are_quickly_built() {
    let names: Vec<String> = (0..100).map(|number| format!("h{number}")).collect();
    let homes = names
        .iter()
        .zip(["ams3", "nyc3", "sgp1", "fra1"].iter().cycle());
    let sites = homes
        .map(|(name, region)| site(name, region, Nat::port_restricted(), &[name]))
        .collect();
    let started = Instant::now();
    let lab = lab(sites);
    let took = started.elapsed();
    println!("built in {:.1} ms", ms(took));
    assert!(took < Duration::from_secs(15), "{took:?}");
    let check = lab.check().unwrap();
    println!("{}", check.verdict());
    assert_eq!((check.pairs.len(), check.pairs_in_all), (450, 4950));
    assert!(
        check.pairs.iter().all(|pair| pair.shortest.is_some()),
        "every pair answers"
    );
    let started = Instant::now();
    drop(lab);
    println!("gone in {:.1} ms", ms(started.elapsed()));
}

pub(crate) fn one_site_needs_no_wide_area() {
    let started = Instant::now();
    let lab = lab(vec![site(
        "a",
        "ams3",
        Nat::None,
        &["a0", "a1", "a2", "a3"],
    )]);
    println!("built in {:.1} ms", ms(started.elapsed()));
    let started = Instant::now();
    let check = lab.check().unwrap();
    println!(
        "checked in {:.1} ms: {}",
        ms(started.elapsed()),
        check.verdict()
    );
    assert_eq!((check.pairs.len(), check.trust()), (6, Trust::Trusted));
    assert_eq!(lab.lateness().packets, 0);
}

pub(crate) fn hosts_of_one_site_bypass_the_wide_area() {
    let lab = lab(vec![
        site("a", "syd1", Nat::None, &["a0", "a1"]),
        site("b", "lon1", Nat::port_restricted(), &["b0", "b1"]),
    ]);
    for (from, to) in [("a0", "a1"), ("b0", "b1")] {
        let times = host(&lab, from)
            .ping(address(host(&lab, to)), 3, SOON)
            .unwrap();
        assert_eq!(times.len(), 3);
        // On a busy machine one may have to wait; the wide area would hold up every one.
        assert!(times.iter().any(|time| *time < MS * 5), "{times:?}");
    }
    assert_eq!(lab.traffic("a", "a").unwrap().packets, 0);
    assert_eq!(
        lab.lateness().packets,
        0,
        "nothing has passed the wide area"
    );
}

pub(crate) fn directions_can_differ() {
    let sites = vec![
        site("a", "here", Nat::None, &["a"]),
        site("b", "there", Nat::None, &["b"]),
    ];
    let lab = lab_in(two_regions(MS * 30, MS * 5), sites);
    assert_eq!(lab.pair_rtt_expected("a", "b"), Some(MS * 35));
    let (a, b) = (udp(host(&lab, "a")), udp(host(&lab, "b")));
    let one_way = |from: &std::net::UdpSocket, to: &std::net::UdpSocket, host: Ipv4Addr| {
        let port = to.local_addr().unwrap().port();
        // The first one finds neighbours' Ethernet addresses.
        (0..2)
            .map(|_| {
                let sent = Instant::now();
                from.send_to(b"x", (host, port)).unwrap();
                to.recv(&mut [0; 8]).unwrap();
                sent.elapsed()
            })
            .min()
            .unwrap()
    };
    let there = one_way(&a, &b, address(host(&lab, "b")));
    let back = one_way(&b, &a, address(host(&lab, "a")));
    assert!((30.0..32.0).contains(&ms(there)), "{there:?}");
    assert!((5.0..7.0).contains(&ms(back)), "{back:?}");
}

fn lossy(access: Access) -> Vec<Site> {
    let far = site("b", "there", Nat::None, &["b"]);
    vec![
        Site {
            access,
            ..site("a", "here", Nat::None, &["a"])
        },
        far,
    ]
}

pub(crate) fn jitter_does_not_reorder() {
    let access = Access {
        jitter: MS * 10,
        ..Access::default()
    };
    let lab = lab_in(two_regions(MS, MS), lossy(access));
    let (a, b) = (udp(host(&lab, "a")), udp(host(&lab, "b")));
    let to = (address(host(&lab, "b")), b.local_addr().unwrap().port());
    let mut delays = Vec::new();
    for burst in 0..20_u8 {
        let sent = Instant::now();
        for number in 0..10_u8 {
            a.send_to(&[burst, number], to).unwrap();
            thread::sleep(MS);
        }
        for number in 0..10_u8 {
            let mut packet = [0; 2];
            b.recv(&mut packet).unwrap();
            assert_eq!(packet, [burst, number], "a packet has overtaken another");
        }
        delays.push(sent.elapsed());
    }
    let (least, most) = (delays.iter().min().unwrap(), delays.iter().max().unwrap());
    assert!(
        *most > *least + MS,
        "there should be jitter: {least:?} to {most:?}"
    );
}

pub(crate) fn loss_is_as_declared() {
    let access = Access {
        loss: 0.1,
        ..Access::default()
    };
    let lab = lab_in(two_regions(MS, MS), lossy(access));
    let (a, b) = (udp(host(&lab, "a")), udp(host(&lab, "b")));
    let to = (address(host(&lab, "b")), b.local_addr().unwrap().port());
    b.set_nonblocking(true).unwrap();
    let take = || std::iter::from_fn(|| b.recv(&mut [0; 8]).ok()).count();
    let (sent, mut received) = (4000, 0);
    // The receiver's socket holds some 270 datagrams. So they are taken between the sendings, by the same thread:
    // another, which a busy machine leaves waiting, would lose what no line has lost.
    for _ in 0..sent / 20 {
        for _ in 0..20 {
            a.send_to(b"x", to).unwrap();
        }
        thread::sleep(MS);
        received += take();
    }
    let started = Instant::now();
    while lab.traffic("a", "b").unwrap().packets + lab.drops().lost < sent {
        assert!(started.elapsed() < SOON, "some are still on their way");
        thread::sleep(MS);
    }
    received += take();
    // Four standard deviations of a binomial distribution: sqrt(4000 · 0.1 · 0.9) ≈ 19.
    let lost = lab.drops().lost;
    assert!((324..=476).contains(&lost), "{lost}");
    assert_eq!(u64::try_from(received).unwrap(), sent - lost);
}

/// More than the wide area can hold, sent over a path on which nothing arrives for a minute.
pub(crate) fn a_flood_does_not_fill_the_memory() {
    let sites = vec![
        site("a", "here", Nat::None, &["a"]),
        site("b", "there", Nat::None, &["b"]),
    ];
    let minute = Duration::from_mins(1);
    let lab = lab_in(two_regions(minute, minute), sites);
    let (a, to) = (udp(host(&lab, "a")), address(host(&lab, "b")));
    let datagram = vec![0; 60_000];
    let started = Instant::now();
    while lab.drops().overflowed == 0 {
        a.send_to(&datagram, (to, 9)).unwrap();
        assert!(started.elapsed() < minute / 3, "it takes all");
    }
}

pub(crate) fn rate_is_as_declared() {
    let access = Access {
        rate: Some(20_000_000),
        ..Access::default()
    };
    let lab = lab_in(two_regions(MS, MS), lossy(access));
    for (from, to) in [("a", "b"), ("b", "a")] {
        let (listener, port) = listen(host(&lab, to));
        let mut sender = connect(host(&lab, from), address(host(&lab, to)), port).unwrap();
        let (mut incoming, _) = listener.accept().unwrap();
        let sending = thread::spawn(move || {
            let _ = sender.write_all(&vec![0; 4_000_000]);
        });
        let started = Instant::now();
        let received = std::io::copy(&mut incoming, &mut std::io::sink()).unwrap();
        let rate =
            f64::from(u32::try_from(received).unwrap()) * 8.0 / started.elapsed().as_secs_f64();
        sending.join().unwrap();
        println!("{from} to {to}: {:.2} Mbit/s", rate / 1e6);
        assert!((16e6..20e6).contains(&rate), "{rate}");
    }
}

/// Lines so slow that they are busy with a ping for longer than the check tolerates, and three pairs that share them.
pub(crate) fn a_slow_line_is_as_declared() {
    let slow = |name: &str, region: &str| Site {
        access: Access {
            rate: Some(1_000_000),
            ..Access::default()
        },
        ..site(name, region, Nat::None, &[name])
    };
    let one = lab_in(
        two_regions(MS * 5, MS * 5),
        vec![slow("a", "here"), site("b", "there", Nat::None, &["b"])],
    );
    let all = lab_in(
        two_regions(MS * 5, MS * 5),
        vec![slow("a", "here"), slow("b", "there"), slow("c", "here")],
    );
    for lab in [&one, &all] {
        let check = lab.check().unwrap();
        println!("{:?}", check.pairs);
        assert_ne!(check.trust(), Trust::Wrong, "{}", check.verdict());
        // The alarm may ring a little early; a line that was not busy would show as 1.2 ms.
        let early = MS * 3 / 10;
        for pair in &check.pairs {
            assert!(pair.shortest.unwrap() + early >= pair.expected, "{pair:?}");
        }
        assert_eq!(lab.pair_rtt_expected("a", "b"), Some(MS * 10));
    }
}

/// So lossy that of five pings often none is answered.
pub(crate) fn a_lossy_line_is_as_declared() {
    let access = Access {
        loss: 0.5,
        ..Access::default()
    };
    let lab = lab_in(two_regions(MS, MS), lossy(access));
    for _ in 0..10 {
        let check = lab.check().unwrap();
        assert_ne!(check.trust(), Trust::Wrong, "{}", check.verdict());
    }
}

pub(crate) fn private_addresses_are_refused_at_once() {
    let lab = lab(vec![
        site("a", "ams3", Nat::None, &["a"]),
        site("b", "nyc3", Nat::port_restricted(), &["b"]),
    ]);
    for (from, to) in [
        ("a", "192.168.1.2"),
        ("a", "10.1.2.3"),
        ("b", "8.8.8.8"),
        ("a", "8.8.8.8"),
    ] {
        let started = Instant::now();
        let error = connect(host(&lab, from), to.parse::<Ipv4Addr>().unwrap(), 80).unwrap_err();
        assert!(
            started.elapsed() < MS * 200,
            "{from} to {to} took {:?}",
            started.elapsed()
        );
        let kinds = [ErrorKind::NetworkUnreachable, ErrorKind::HostUnreachable];
        assert!(kinds.contains(&error.kind()), "{from} to {to}: {error}");
    }
}

/// A stream between two sites without delay, for half a second.
pub(crate) fn streams_are_fast() {
    let sites = vec![
        site("a", "here", Nat::None, &["a"]),
        site("b", "there", Nat::None, &["b"]),
    ];
    let lab = lab_in(two_regions(Duration::ZERO, Duration::ZERO), sites);
    let (listener, port) = listen(host(&lab, "b"));
    let mut outgoing = connect(host(&lab, "a"), address(host(&lab, "b")), port).unwrap();
    let (mut incoming, _) = listener.accept().unwrap();
    let started = Instant::now();
    let sending = thread::spawn(move || {
        let block = vec![0; 256 * 1024];
        while started.elapsed() < MS * 500 && outgoing.write_all(&block).is_ok() {}
    });
    let received = std::io::copy(&mut incoming, &mut std::io::sink()).unwrap();
    let gigabits =
        f64::from(u32::try_from(received / 1000).unwrap()) * 8e-6 / started.elapsed().as_secs_f64();
    sending.join().unwrap();
    println!("{gigabits:.2} Gbit/s");
    // A busy machine has much less to give than an idle one, where it is several.
    assert!(gigabits > 0.2, "{gigabits}");
}

pub(crate) fn traffic_is_counted() {
    let sites = vec![
        site("a", "here", Nat::None, &["a"]),
        site("b", "there", Nat::None, &["b"]),
    ];
    let lab = lab_in(two_regions(Duration::ZERO, Duration::ZERO), sites);
    let (listener, port) = listen(host(&lab, "b"));
    let mut sender = connect(host(&lab, "a"), address(host(&lab, "b")), port).unwrap();
    let (mut incoming, _) = listener.accept().unwrap();
    let sending = thread::spawn(move || sender.write_all(&vec![0; 10_000_000]).unwrap());
    let mut received = Vec::new();
    incoming.read_to_end(&mut received).unwrap();
    sending.join().unwrap();
    let there = lab.traffic("a", "b").unwrap();
    println!("{there:?}, back {:?}", lab.traffic("b", "a"));
    // 1,448 bytes of data and 52 of headers in each.
    assert!((6_900..7_500).contains(&there.packets), "{there:?}");
    assert!((10_350_000..10_800_000).contains(&there.bytes), "{there:?}");
    assert_eq!(lab.traffic("a", "nowhere"), None);
}
