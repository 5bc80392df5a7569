//! Programs whose packets leave by a tunnel.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    net::IpAddr,
    sync::Arc,
    thread,
    time::Duration,
};

use e3_forward::place::{Family, Tunnelled, Wanted};
use e3_session::types::PartyIndex;
use e3_sys::tun;
use rustix::event::{PollFd, PollFlags, poll};

use crate::{
    program::Program,
    scene::{PORT, address, at, plan},
};

const MTU: u32 = 1400;
const SOON: Duration = Duration::from_secs(5);

/// Carries packets from one tunnel to the other and back, as long as the test lasts.
fn wire(one: File, other: File) {
    let (one, other) = (Arc::new(one), Arc::new(other));
    for (from, to) in [(Arc::clone(&one), Arc::clone(&other)), (other, one)] {
        thread::spawn(move || {
            let mut room = vec![0; 70_000];
            loop {
                let mut waiting = [PollFd::new(&from, PollFlags::IN)];
                poll(&mut waiting, None).unwrap();
                if let Ok(length) = (&*from).read(&mut room) {
                    // What the other end cannot take is lost, as packets are.
                    let _ = (&*to).write(&room[..length]);
                }
            }
        });
    }
}

fn echo(from: &Tunnelled, to: IpAddr, within: Duration) -> std::io::Result<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(from.echo(to, within))
}

/// Both programs speak to one another, and reach nobody else.
fn converse(places: [&Tunnelled; 2]) {
    let [mut first, mut second] = places.map(|place| Program::start_in(place.program_place()));
    for family in [Family::V4, Family::V6] {
        let any = if family == Family::V4 {
            "0.0.0.0"
        } else {
            "[::]"
        };
        let port = if family == Family::V4 { PORT } else { PORT + 1 };
        second.ask(&format!("listen {any}:{port}"));
        let from = first.ask(&format!("tcp {}", at(1, family, port)));
        assert_eq!(second.ask("accept"), from);
        assert!(from.contains(&address(0, family).to_string()), "{from}");
        first.ask("say hello");
        assert_eq!(second.ask("hear 5"), "hello");
        let round_trip = echo(places[0], address(1, family), SOON).unwrap();
        assert!(round_trip < SOON);
    }
    let refused = first.ask("tcp 192.0.2.1:80");
    assert_eq!(refused, "NetworkUnreachable");
}

pub(crate) fn meet() {
    let places = [0, 1].map(|me| Tunnelled::open(&plan(me, 3, Wanted::Namespace), MTU).unwrap());
    let [one, other] = [&places[0], &places[1]].map(|place| place.tun("e3").unwrap());
    wire(one, other);
    converse([&places[0], &places[1]]);
    // Nobody answers for a party that is not there.
    let silent = echo(
        &places[0],
        address(2, Family::V4),
        Duration::from_millis(600),
    );
    assert_eq!(silent.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
}

pub(crate) fn adopted() {
    let places = [0, 1].map(|me| Tunnelled::open(&plan(me, 2, Wanted::Namespace), MTU).unwrap());
    // As a daemon would, in this host's own network.
    let made = ["e3-one", "e3-other"].map(|name| tun::create(name).unwrap());
    for (place, name) in places.iter().zip(["e3-one", "e3-other"]) {
        place.adopt(name).unwrap();
        let error = place.adopt(name).unwrap_err().to_string();
        assert!(error.contains("moving"), "{error}");
    }
    let [one, other] = made;
    wire(one, other);
    converse([&places[0], &places[1]]);
}

pub(crate) fn change() {
    let [near, far] =
        [0, 1].map(|me| Tunnelled::open(&plan(me, 2, Wanted::Namespace), MTU).unwrap());
    wire(near.tun("e3").unwrap(), far.tun("e3").unwrap());
    assert_eq!(near.dial_table().parties.len(), 2);
    let mut program = Program::start_in(near.program_place());
    let third = format!("udp {}", at(2, Family::V4, PORT));
    assert_eq!(program.ask(&third), "NetworkUnreachable");
    near.change(&plan(0, 3, Wanted::Namespace)).unwrap();
    assert_eq!(near.dial_table().parties.len(), 3);
    assert_eq!(program.ask(&third), "sent");
    near.change(&plan(0, 1, Wanted::Namespace)).unwrap();
    assert_eq!(program.ask(&third), "NetworkUnreachable");
    let second = echo(&near, address(1, Family::V4), Duration::from_millis(300));
    assert!(second.is_err());
}

/// Connections with a party that is left out end at both ends; a program's with itself do not.
pub(crate) fn ended() {
    for hang_up in [false, true] {
        for family in [Family::V4, Family::V6] {
            end(hang_up, family);
        }
    }
}

fn end(hang_up: bool, family: Family) {
    let [near, far] =
        [0, 1].map(|me| Tunnelled::open(&plan(me, 2, Wanted::Namespace), MTU).unwrap());
    wire(near.tun("e3").unwrap(), far.tun("e3").unwrap());
    let mut with_itself = Program::start_in(near.program_place());
    with_itself.ask(&format!("listen {}", at(0, family, PORT + 1)));
    with_itself.ask(&format!("tcp {}", at(0, family, PORT + 1)));
    with_itself.ask("accept");

    let [mut first, mut second] =
        [&near, &far].map(|place| Program::start_in(place.program_place()));
    // By a socket of IPv6, whatever is spoken.
    second.ask(&format!("listen [::]:{PORT}"));
    first.ask(&format!("tcp {}", at(1, family, PORT)));
    second.ask("accept");
    second.ask("say hello");
    assert_eq!(first.ask("hear 5"), "hello");

    // From the end that has accepted, and from that which has called.
    let (does, me) = if family == Family::V4 {
        (&far, 1)
    } else {
        (&near, 0)
    };
    if hang_up {
        does.hang_up();
    } else {
        let mut alone = plan(me, 2, Wanted::Namespace);
        alone.parties.truncate(usize::from(me) + 1);
        alone.parties.drain(..usize::from(me));
        alone.me = PartyIndex(0);
        does.change(&alone).unwrap();
    }
    let (here, there) = ("ConnectionAborted", "ConnectionReset");
    let heard = [first.ask("hear 1"), second.ask("hear 1")];
    let expected = if me == 0 {
        [here, there]
    } else {
        [there, here]
    };
    assert_eq!(heard, expected, "{family:?}, {hang_up}");
    assert_eq!(with_itself.ask("say a"), "said");
}
