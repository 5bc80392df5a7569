//! A party is put out while it talks with everybody.

use std::{
    net::IpAddr,
    thread,
    time::{Duration, Instant},
};

use crate::{
    field::{Field, Wanted},
    party::{Party, until, wire::Ask},
    stock::Stock,
};

/// By when its tunnels are gone.
const SOON: Duration = Duration::from_secs(15);

pub(crate) fn from_old_ones() {
    revoked([Stock::Old; 3], Stock::Old);
}

pub(crate) fn from_new_ones() {
    revoked([Stock::New; 3], Stock::New);
}

/// Those who stay would all read newer certificates, and go on with what they have.
pub(crate) fn the_only_old_one() {
    revoked([Stock::New, Stock::New, Stock::Old], Stock::New);
}

/// Three parties talk with one another; the last is put out. What it knows, it goes on using.
fn revoked(parties: [Stock; 3], lighthouse: Stock) {
    let mut field = Field::connected(&Wanted {
        parties: &parties,
        lighthouse,
        ..Wanted::default()
    });
    let all = [0, 1, 2].map(|index| field.at(index));
    for from in 0..3 {
        for to in (0..3).filter(|to| *to != from) {
            field.parties[from].ask(&Ask::Call(all[to]));
        }
    }
    let talk = until(Duration::from_secs(10), || {
        let calls = field.parties.iter_mut().flat_map(Party::calls);
        calls
            .collect::<Vec<_>>()
            .iter()
            .all(|call| call.heard > 500)
            .then_some(())
    });
    assert!(talk.is_some());

    let gone = all[2].ip();
    let mut removed = field.remove(2);
    let start = Instant::now();
    field.change();
    let changed = start.elapsed();
    // Tunnels end on every host, the lighthouse's as well.
    let hosts: Vec<&Party> = field.parties.iter().chain([&field.lighthouse]).collect();
    let ended: Vec<_> = hosts
        .iter()
        .map(|host| {
            let left = SOON.saturating_sub(start.elapsed());
            let closed = until(left, || closed(host, gone));
            let name = host.host.name();
            assert!(
                closed.is_some(),
                "{name} has a tunnel with a removed party after {SOON:?}"
            );
            start.elapsed()
        })
        .collect();
    // Nothing is said to it or heard from it; nobody else is disturbed.
    let calls: Vec<_> = removed.calls().iter().map(|call| call.heard).collect();
    let heard: Vec<_> = removed
        .callers()
        .iter()
        .map(|(_, call)| call.heard)
        .collect();
    thread::sleep(Duration::from_secs(2));
    assert_eq!(
        removed
            .calls()
            .iter()
            .map(|call| call.heard)
            .collect::<Vec<_>>(),
        calls
    );
    assert_eq!(
        removed
            .callers()
            .iter()
            .map(|(_, call)| call.heard)
            .collect::<Vec<_>>(),
        heard
    );
    for party in &mut field.parties {
        let others = party
            .callers()
            .into_iter()
            .filter(|(from, _)| from.ip() != gone);
        for (_, call) in others {
            assert!(call.ended.is_none() && call.silent_ms < 1000, "{call:?}");
        }
    }
    for to in [0, 1] {
        assert!(removed.try_ask(&Ask::Exchange(all[to], 100)).is_err());
    }
    println!(
        "{parties:?}: the roster is taken after {changed:?}, tunnels are gone after {ended:?}"
    );
    removed.leave();
    field.leave();
}

/// Whether a host's nebula has told of the end of a tunnel with that address.
fn closed(host: &Party, with: IpAddr) -> Option<()> {
    let with = format!("\"{with}\"");
    let log = host.log();
    let mut lines = log.lines().filter(|line| line.contains(&with));
    lines
        .any(|line| {
            line.contains("no longer valid")
                || line.contains("tearing down")
                || line.contains("Close tunnel")
        })
        .then_some(())
}
