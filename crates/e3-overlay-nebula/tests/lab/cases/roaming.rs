//! Hosts that get other addresses.

use std::{
    thread,
    time::{Duration, Instant},
};

use e3_lab::{Change, Outage};

use crate::{
    field::{Field, Wanted},
    party::{Party, until, wire::Ask},
    stock::Stock,
};

/// By when everybody is heard again.
const SOON: Duration = Duration::from_secs(20);

pub(crate) fn of_an_old_one() {
    moved(Stock::Old);
}

pub(crate) fn of_a_new_one() {
    moved(Stock::New);
}

/// Three parties talk with one another; the second gets another address, again and again. All that is said arrives.
fn moved(stock: Stock) {
    let mut field = Field::connected(&Wanted {
        parties: &[stock; 3],
        lighthouse: stock,
        ..Wanted::default()
    });
    let all = [0, 1, 2].map(|index| field.at(index));
    for from in 0..3 {
        for to in (0..3).filter(|to| *to != from) {
            field.parties[from].ask(&Ask::Call(all[to]));
        }
    }
    thread::sleep(Duration::from_secs(1));
    for round in 0..5 {
        field.lab.change_address("p1").unwrap();
        let start = Instant::now();
        // What was on its way before is none of what is asked for.
        thread::sleep(Duration::from_millis(300));
        let before = heard(&mut field);
        let again = all_are_heard(&mut field, &before, start);
        println!("{stock:?}, round {round}: {again:?}");
    }
    field.leave();
}

/// How long after `start` something has arrived by every connection. Where one is silent, all that is known is shown.
#[track_caller]
fn all_are_heard(field: &mut Field, before: &[usize], start: Instant) -> Duration {
    let again = until(SOON, || {
        let now = heard(field);
        let arrives = now
            .iter()
            .zip(before)
            .all(|(now, before)| *now > before + 500);
        arrives.then_some(start.elapsed())
    });
    again.unwrap_or_else(|| {
        for party in &mut field.parties {
            let calls = party.calls();
            eprintln!("{} {calls:?}", party.host.name());
            eprintln!("{}", party.log());
        }
        eprintln!("{}", field.lighthouse.log());
        panic!("a connection is silent");
    })
}

pub(crate) fn while_another_goes_with_old_ones() {
    moved_while_another_goes(Stock::Old);
}

pub(crate) fn while_another_goes_with_new_ones() {
    moved_while_another_goes(Stock::New);
}

/// A party that is silent is put out, and at that moment another gets another address. All others go on.
fn moved_while_another_goes(stock: Stock) {
    let mut field = Field::connected(&Wanted {
        parties: &[stock; 4],
        lighthouse: stock,
        ..Wanted::default()
    });
    let all = [0, 1, 2, 3].map(|index| field.at(index));
    for from in 1..4 {
        for to in (1..4).filter(|to| *to != from) {
            field.parties[from].ask(&Ask::Call(all[to]));
        }
    }
    thread::sleep(Duration::from_secs(1));
    let silence = Change {
        outage: Some(Outage::Endless),
        ..Change::default()
    };
    for other in ["p1", "p3"] {
        field.lab.set_path("p0", other, silence).unwrap();
        field.lab.set_path(other, "p0", silence).unwrap();
    }
    let mut removed = field.remove(0);
    field.admit();
    let change = Ask::Change(Box::new(field.roster.clone()));
    for party in &mut field.parties {
        party.tell(&change);
    }
    field.lab.change_address("p2").unwrap();
    let start = Instant::now();
    for party in &mut field.parties {
        party.hear().unwrap();
    }
    println!("{stock:?}: the roster is taken after {:?}", start.elapsed());
    let before = heard(&mut field);
    let again = all_are_heard(&mut field, &before, start);
    println!("{stock:?}: all are heard after {again:?}");
    removed.leave();
    field.leave();
}

pub(crate) fn while_all_are_silent_with_old_ones() {
    cut_while_silent(Stock::Old);
}

pub(crate) fn while_all_are_silent_with_new_ones() {
    cut_while_silent(Stock::New);
}

/// The path between two whose programs say nothing is cut: their tunnel ends, and another is made, though no program asks for it.
fn cut_while_silent(stock: Stock) {
    let mut field = Field::connected(&Wanted {
        parties: &[stock; 2],
        lighthouse: stock,
        ..Wanted::default()
    });
    let second = field.at(1);
    field.parties[0].ask(&Ask::Exchange(second, 1000));
    // Until the last word of that connection is said.
    thread::sleep(Duration::from_secs(1));
    let silence = Change {
        outage: Some(Outage::Endless),
        ..Change::default()
    };
    field.lab.set_path("p0", "p1", silence).unwrap();
    field.lab.set_path("p1", "p0", silence).unwrap();
    let peer = format!("\"{}\"", second.ip());
    let before = field.parties[0].log().len();
    // Nebula 1.6.1 looks only at tunnels that it sends through: for two seconds it is asked whether the other answers.
    field.parties[0].ask(&Ask::Links);
    let start = Instant::now();
    let again = until(SOON, || {
        let log = field.parties[0].log();
        let mut lines = log.get(before..)?.lines();
        let made =
            lines.any(|line| line.contains("Handshake message received") && line.contains(&peer));
        made.then(|| start.elapsed())
    });
    println!("{stock:?}: there is another tunnel after {again:?}");
    assert!(again.is_some(), "{}", field.parties[0].log());
    field.parties[0].ask(&Ask::Exchange(second, 1000));
    field.leave();
}

fn heard(field: &mut Field) -> Vec<usize> {
    let calls = field.parties.iter_mut().flat_map(Party::calls);
    calls.map(|call| call.heard).collect()
}
