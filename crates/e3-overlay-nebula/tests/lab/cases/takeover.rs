//! A member certifies another member's address, by its own authority, and takes it.

use std::{
    fs, io,
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use e3_lab::Host;
use rustix::net::{
    AddressFamily, Protocol, RawProtocol, RecvFlags, SocketFlags, SocketType, recv, socket_with,
};

use crate::{
    by_hand::ByHand,
    field::{Field, Wanted},
    member::Member,
    party::{PORT, WORDS, until, wire::Ask},
    stock::Stock,
};

/// How soon a program is stopped.
const SOON: Duration = Duration::from_secs(2);

/// How long a connection may take to come about.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long somebody knocks in vain.
const KNOCKS: Duration = Duration::from_secs(3);

pub(crate) fn refused_by_an_old_one() {
    refused(Stock::Old);
}

pub(crate) fn refused_by_a_new_one() {
    refused(Stock::New);
}

pub(crate) fn noticed_by_an_old_one() {
    noticed(Stock::Old);
}

pub(crate) fn noticed_by_a_new_one() {
    noticed(Stock::New);
}

/// Two parties that are connected, and a member that wants to be taken for the first; where both hosts are.
fn three(stock: Stock) -> (Field, Member, Vec<(IpAddr, IpAddr)>) {
    let mut field = Field::connected(&Wanted {
        parties: &[stock, stock],
        lighthouse: stock,
        other: Some(stock),
        ..Wanted::default()
    });
    let places = (0..2).map(|index| (field.addresses(index)[0], field.host(index).addresses()[0]));
    let places = places.collect();
    let other = field.other.take().unwrap();
    (field, other, places)
}

/// What the firewall alone does, where nobody watches: the second party's nebula runs by hand, with what ours has written
/// for it.
fn refused(stock: Stock) {
    let (mut field, mut other, places) = three(stock);
    let (first, second) = (field.at(0), field.at(1));
    let copy = field.home.path().join("copy");
    let config = copied(&field.parties[1].folder, &copy);
    field.parties[1].leave();
    let host = field.host(1);
    let by_hand = ByHand::run(&host, stock, &config);
    let answered = listen(&host);
    field.parties[0].ask(&Ask::Call(second));
    let talks = || (field.parties[0].calls()[0].heard > 0).then_some(());
    assert!(until(PATIENCE, talks).is_some(), "{}", by_hand.log());
    let before = answered.load(Ordering::Relaxed);

    // It wants to be called in the first one's place, and calls from there.
    let reached = listen(&other.host);
    let overheard = overhear(&other.host);
    other.run(first.ip(), &field.roster, &field.facts, &places);
    let call = || {
        let calling = || TcpStream::connect_timeout(&second, KNOCKS).map(drop);
        let called = other.host.run_in(calling).unwrap();
        assert!(called.is_err(), "its call is taken for the first one's");
    };
    let taken = |line: &str| {
        line.contains("\"Handshake message received\"")
            && line.contains(&first.ip().to_string())
            && line.contains("\"other\"")
    };
    let taken = until(PATIENCE, || {
        call();
        by_hand.log().lines().any(taken).then_some(())
    });
    assert!(
        taken.is_some(),
        "nobody has taken an address: {}",
        by_hand.log()
    );
    // Now that it has.
    call();
    assert_eq!(answered.load(Ordering::Relaxed), before);
    let _ = host.run_in(|| TcpStream::connect_timeout(&first, KNOCKS).map(drop));
    assert_eq!(
        reached.load(Ordering::Relaxed),
        0,
        "a call for the first has reached it"
    );
    let count = overheard.load(Ordering::Relaxed);
    println!("{stock:?}: unwatched, it has read {count} packets of a connection that stood");
}

/// What the agents notice, and how soon.
fn noticed(stock: Stock) {
    let (mut field, mut other, places) = three(stock);
    let (first, second, third) = (field.at(0), field.at(1), field.at(2));
    // As long as it is honest, it is reached like everybody else.
    other.run(third.ip(), &field.roster, &field.facts, &places);
    let reached = listen(&other.host);
    field.parties[1].ask(&Ask::Exchange(third, 1000));
    field.parties[0].ask(&Ask::Call(second));
    field.parties[1].ask(&Ask::Call(first));
    let talks = || {
        let calls = [field.parties[0].calls(), field.parties[1].calls()];
        let mut calls = calls.iter().flatten();
        calls.all(|call| call.heard > 5 * WORDS.len()).then_some(())
    };
    assert!(until(PATIENCE, talks).is_some());
    assert!(field.parties.iter().all(|party| party.severed().is_none()));

    let overheard = overhear(&other.host);
    let nebula = field.parties[1].nebula();
    let before = reached.load(Ordering::Relaxed);
    other.run(first.ip(), &field.roster, &field.facts, &places);
    let start = Instant::now();
    let _ = other.host.ping(second.ip(), 1, Duration::ZERO);
    let (at, why) = field.parties[1].severed_within(SOON);
    let whose = format!("p2 has certified the address {}", first.ip());
    assert!(
        why.starts_with(&whose) && why.contains("which is p0's"),
        "{why}"
    );
    // Nothing more goes anywhere.
    let gone = || (!Path::new(&format!("/proc/{nebula}")).exists()).then_some(());
    assert!(
        until(SOON, gone).is_some(),
        "the second party's nebula goes on"
    );
    let count = overheard.load(Ordering::Relaxed);
    thread::sleep(KNOCKS);
    assert_eq!(overheard.load(Ordering::Relaxed), count);
    assert_eq!(reached.load(Ordering::Relaxed), before);
    let soon = at.saturating_duration_since(start);
    println!("{stock:?}: noticed after {soon:?}; {count} packets were read by then");
}

/// What an overlay has written, in another folder.
fn copied(from: &Path, to: &Path) -> PathBuf {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let text = fs::read_to_string(file.path()).unwrap();
        let text = text.replace(from.to_str().unwrap(), to.to_str().unwrap());
        fs::write(to.join(file.file_name()), text).unwrap();
    }
    to.join("config.yml")
}

/// Answers all that come in a member's network; how many have come.
fn listen(host: &Host) -> Arc<AtomicUsize> {
    let any = SocketAddr::from(([0, 0, 0, 0], PORT));
    let listener = host.run_in(|| TcpListener::bind(any)).unwrap().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            counted.fetch_add(1, Ordering::Relaxed);
            let mut answer = stream.try_clone().unwrap();
            thread::spawn(move || io::copy(&mut stream, &mut answer));
        }
    });
    count
}

/// How many packets with programs' words come to a host, readable there.
fn overhear(host: &Host) -> Arc<AtomicUsize> {
    let socket = host.run_in(packets).unwrap().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    thread::spawn(move || {
        let mut packet = vec![0; 65536];
        while let Ok((read, _)) = recv(&socket, &mut *packet, RecvFlags::empty()) {
            if packet[..read]
                .windows(WORDS.len())
                .any(|window| window == WORDS)
            {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    count
}

/// All packets of the thread's network (packet(7)).
fn packets() -> io::Result<OwnedFd> {
    let all = RawProtocol::new(u32::from(3_u16.to_be())).map(Protocol::from_raw);
    let family = AddressFamily::PACKET;
    Ok(socket_with(
        family,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        all,
    )?)
}
