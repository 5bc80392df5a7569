//! What can happen to sites and hosts while a lab runs.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use e3_lab::testing::Test;
use e3_lab::{Family, Host, Lab, LabError, Nat};

use crate::common::{SOON, address, connect, host, lab_in, listen, site, two_regions, udp};

pub(crate) const TESTS: &[Test] = &[
    Test::inside("a_nat_forgets", a_nat_forgets),
    Test::inside("a_home_gets_another_address", a_home_gets_another_address),
    Test::inside("a_host_moves", a_host_moves),
    Test::inside(
        "who_speaks_while_it_moves_moves",
        who_speaks_while_it_moves_moves,
    ),
    Test::inside("a_host_sleeps_and_wakes", a_host_sleeps_and_wakes),
    Test::inside(
        "a_pause_gives_way_to_a_later_one",
        a_pause_gives_way_to_a_later_one,
    ),
    Test::inside("who_sleeps_can_be_killed", who_sleeps_can_be_killed),
    Test::inside("what_cannot_be_is_said", what_cannot_be_is_said),
];

const MS: Duration = Duration::from_millis(1);

/// A home with two hosts behind a NAT, and a public site with two; both speak both versions of IP.
fn four(nat: Nat) -> Lab {
    let sites = vec![
        site("home", "here", nat, &["a", "b"]).family(Family::Dual),
        site("office", "there", Nat::None, &["x", "y"]).family(Family::Dual),
    ];
    lab_in(two_regions(MS, MS), sites)
}

fn a_nat_forgets() {
    for nat in [Nat::port_restricted(), Nat::carrier_grade()] {
        let lab = four(nat);
        let (a, x) = (host(&lab, "a"), host(&lab, "x"));
        let (listener, port) = listen(x);
        let mut stream = connect(a, address(x), port).unwrap();
        let (mut accepted, _) = listener.accept().unwrap();
        stream.write_all(b"before").unwrap();
        accepted.read_exact(&mut [0; 6]).unwrap();
        assert_eq!(lab.mappings("home").unwrap().router.len(), 1);
        lab.forget_mappings("home").unwrap();
        assert!(lab.mappings("home").unwrap().router.is_empty());
        stream.write_all(b"after").unwrap();
        accepted.set_read_timeout(Some(MS * 500)).unwrap();
        let error = accepted.read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
        // A new one comes about as ever.
        drop(connect(a, address(x), port).unwrap());
        if lab.forget_carrier_mappings("home").is_ok() {
            assert!(lab.mappings("home").unwrap().carrier.is_empty());
        }
    }
}

fn a_home_gets_another_address() {
    let lab = four(Nat::port_restricted());
    let (a, x) = (udp(host(&lab, "a")), udp(host(&lab, "x")));
    let friend = (address(host(&lab, "x")), x.local_addr().unwrap().port());
    let seen = || {
        a.send_to(b"hello", friend).unwrap();
        x.recv_from(&mut [0; 8]).unwrap().1
    };
    let before = seen();
    assert_eq!(lab.seen_as("a"), Some(before.ip()));
    let new = lab.change_public_address("home").unwrap();
    assert_ne!(before.ip(), new);
    assert_eq!(lab.seen_as("a"), Some(new.into()));
    x.send_to(b"to the old one", before).unwrap();
    assert!(a.recv(&mut [0; 16]).is_err(), "nobody has it any more");
    let after = seen();
    assert_eq!(after.ip(), new);
    x.send_to(b"to the new one", after).unwrap();
    assert_eq!(a.recv(&mut [0; 16]).unwrap(), 14);
    let answered = host(&lab, "x").ping(new, 3, SOON).unwrap();
    assert_eq!(answered.len(), 3);

    let carried = four(Nat::carrier_grade());
    let public = carried.seen_as("a");
    let new = carried.change_public_address("home").unwrap();
    assert_eq!(new.octets()[0], 100, "of the carrier's network: {new}");
    assert_eq!(carried.seen_as("a"), public);
    let x = host(&carried, "x");
    let answered = host(&carried, "a").ping(address(x), 3, SOON).unwrap();
    assert_eq!(answered.len(), 3);
}

fn hosts_file(host: &Host) -> String {
    host.run_in(|| fs::read_to_string("/etc/hosts"))
        .unwrap()
        .unwrap()
}

fn a_host_moves() {
    let lab = four(Nat::port_restricted());
    // At home behind a NAT, and at the office with a public address.
    for (moves, neighbour, far) in [("a", "b", "x"), ("x", "y", "a")] {
        let (moves, neighbour, far) = (host(&lab, moves), host(&lab, neighbour), host(&lab, far));
        let (listener, port) = listen(far);
        let old = moves.addresses();
        let far_listens = address(far);
        let connected = (far.name() == "x").then(|| connect(moves, far_listens, port).unwrap());
        let names = hosts_file(neighbour);
        let new = lab.change_address(moves.name()).unwrap();
        assert_eq!(moves.addresses(), new);
        assert!(old.iter().all(|address| !new.contains(address)));
        for address in &new {
            let answered = neighbour.ping(*address, 3, SOON).unwrap();
            assert_eq!(answered.len(), 3, "{address} from next door");
        }
        // Said once and for all: what would be learned has other flags (arp(7)).
        let table = neighbour.run_in(|| fs::read_to_string("/proc/thread-self/net/arp"));
        let table = table.unwrap().unwrap();
        let v4 = new[0].to_string();
        let told = |line: &str| line.starts_with(&v4) && line.contains(" 0x6 ");
        assert!(table.lines().any(told), "{table}");
        for address in &old {
            let answered = neighbour.ping(*address, 1, MS * 200).unwrap();
            assert!(answered.is_empty(), "{address} is nobody's");
        }
        if far.name() == "x" {
            assert_eq!(moves.ping(address(far), 3, SOON).unwrap().len(), 3);
            drop(connect(moves, address(far), port).unwrap());
        } else {
            assert_eq!(far.ping(address(moves), 3, SOON).unwrap().len(), 3);
        }
        assert_eq!(hosts_file(neighbour), names, "nobody has told the others");
        let own = hosts_file(moves);
        for address in &new {
            assert!(
                own.contains(&format!("{address} {}\n", moves.name())),
                "{own}"
            );
        }
        if let Some(mut stream) = connected {
            let (mut accepted, _) = listener.accept().unwrap();
            let _ = stream.write_all(b"from the old address");
            accepted.set_read_timeout(Some(MS * 300)).unwrap();
            assert!(
                accepted.read(&mut [0; 8]).is_err(),
                "it goes on without an address"
            );
        }
    }
}

/// A program that counts in a file, in a child of a child.
fn counting(host: &Host, file: &str) -> std::process::Child {
    let script =
        format!("sh -c 'i=0; while :; do i=$((i+1)); echo $i > {file}; sleep 0.01; done' & wait");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).stdout(Stdio::null());
    host.enter_command(&mut command);
    command.spawn().unwrap()
}

fn wait_for_change(file: &str) -> String {
    let before = fs::read_to_string(file).unwrap_or_default();
    let started = Instant::now();
    loop {
        let now = fs::read_to_string(file).unwrap_or_default();
        if now != before && !now.is_empty() {
            return now;
        }
        assert!(started.elapsed() < SOON * 3, "it does not count: {now}");
        thread::sleep(MS * 5);
    }
}

/// Whoever answers a new address has looked for it before it is told whose that is.
fn who_speaks_while_it_moves_moves() {
    let lab = four(Nat::None);
    let (moves, other) = (host(&lab, "x"), address(host(&lab, "y")));
    let (done, speaks) = (AtomicBool::new(false), host(&lab, "x"));
    thread::scope(|scope| {
        scope.spawn(|| {
            let speak = || {
                while !done.load(Ordering::Relaxed) {
                    // From whichever address it has now, to a port at which nobody listens, so that it is answered.
                    let _ = UdpSocket::bind("0.0.0.0:0")
                        .and_then(|from| from.send_to(b"?", (other, 9)));
                }
            };
            speaks.run_in(speak).unwrap();
        });
        let outcome = (0..100).try_for_each(|_| lab.change_address(moves.name()).map(drop));
        done.store(true, Ordering::Relaxed);
        outcome.unwrap();
    });
}

fn a_host_sleeps_and_wakes() {
    let folder = std::env::temp_dir().join(format!("e3-sleep-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("count").display().to_string();
    let lab = four(Nat::port_restricted());
    let (x, a) = (host(&lab, "x"), host(&lab, "a"));
    let mut child = counting(x, &file);
    wait_for_change(&file);
    let (listener, port) = listen(x);
    let mut stream = connect(a, address(x), port).unwrap();
    let (mut accepted, _) = listener.accept().unwrap();

    lab.pause("x").unwrap();
    lab.pause("x").unwrap();
    assert!(lab.is_paused("x"));
    thread::sleep(MS * 20);
    let stopped = fs::read_to_string(&file).unwrap();
    thread::sleep(MS * 200);
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        stopped,
        "it counts in its sleep"
    );
    for address in x.addresses() {
        let answered = host(&lab, "y").ping(address, 2, MS * 100).unwrap();
        assert!(answered.is_empty(), "{address} answers in its sleep");
    }
    stream.write_all(b"good morning").unwrap();

    lab.resume("x").unwrap();
    lab.resume("x").unwrap();
    assert!(!lab.is_paused("x"));
    wait_for_change(&file);
    for address in x.addresses() {
        let answered = host(&lab, "y").ping(address, 2, SOON).unwrap();
        assert_eq!(answered.len(), 2, "{address}");
    }
    accepted.set_read_timeout(Some(SOON * 5)).unwrap();
    accepted.read_exact(&mut [0; 12]).unwrap();
    x.kill_all().unwrap();
    child.wait().unwrap();
    fs::remove_dir_all(&folder).unwrap();
}

fn a_pause_gives_way_to_a_later_one() {
    let lab = four(Nat::None);
    lab.pause_for("x", MS * 200).unwrap();
    lab.resume("x").unwrap();
    lab.pause("x").unwrap();
    lab.pause_for("a", MS * 200).unwrap();
    lab.pause("a").unwrap();
    lab.pause("b").unwrap();
    lab.pause_for("b", MS * 200).unwrap();
    thread::sleep(MS * 400);
    assert!(lab.is_paused("x"), "the end of a pause that was over");
    assert!(lab.is_paused("a"), "what came last has no end");
    assert!(!lab.is_paused("b"), "what came last has one");
    let answered = host(&lab, "a").ping(address(host(&lab, "b")), 1, MS * 100);
    assert!(answered.unwrap().is_empty(), "its own cable is out");
    lab.resume("a").unwrap();
    lab.resume("x").unwrap();
    let answered = host(&lab, "x").ping(address(host(&lab, "b")), 2, SOON);
    assert_eq!(answered.unwrap().len(), 2);
    // Those who are to wake up later do not hold up the end of the lab.
    lab.pause_for("x", SOON * 1000).unwrap();
    lab.pause_for("y", Duration::MAX).unwrap();
}

fn who_sleeps_can_be_killed() {
    let folder = std::env::temp_dir().join(format!("e3-killed-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("count").display().to_string();
    let lab = four(Nat::None);
    let mut first = counting(host(&lab, "x"), &file);
    wait_for_change(&file);
    lab.pause("x").unwrap();
    let reaper = thread::spawn(move || first.wait().unwrap());
    host(&lab, "x").kill_all().unwrap();
    assert!(!reaper.join().unwrap().success());
    lab.resume("x").unwrap();

    let mut second = counting(host(&lab, "a"), &file);
    wait_for_change(&file);
    lab.pause("a").unwrap();
    let reaper = thread::spawn(move || second.wait().unwrap());
    drop(lab);
    assert!(!reaper.join().unwrap().success());
    fs::remove_dir_all(&folder).unwrap();
}

fn what_cannot_be_is_said() {
    let lab = four(Nat::None);
    let said = |error: LabError| error.to_string();
    let none = said(lab.forget_mappings("home").unwrap_err());
    assert!(none.contains("behind no NAT"), "{none}");
    let none = said(lab.change_public_address("office").unwrap_err());
    assert!(none.contains("behind no NAT"), "{none}");
    let none = said(lab.pause("nobody").unwrap_err());
    assert!(
        none.contains("no host `nobody`; it has a, b, x, y"),
        "{none}"
    );
    let none = said(lab.mappings("moon").unwrap_err());
    assert!(
        none.contains("no site `moon`; it has home, office"),
        "{none}"
    );
    let of_a_host = lab.mappings("x").unwrap();
    assert!(of_a_host.router.is_empty(), "a host stands for its site");
    let addresses: Vec<IpAddr> = host(&lab, "a").addresses();
    assert_eq!(addresses.len(), 2);
}
