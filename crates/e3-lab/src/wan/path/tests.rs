//! What a path does to packets, without any packet.

use proptest::prelude::*;

use super::*;
use crate::conditions::{RateChange, Reorder};

const MS: Nanos = 1_000_000;

fn path(delay_ms: u64) -> Path {
    Path::new(Duration::from_millis(delay_ms), 1, 0, 1)
}

fn send(path: &mut Path, now: Nanos) -> Passage {
    let mut chance = path.draw();
    path.send(now, 100, &mut chance)
}

fn arrival(path: &mut Path, now: Nanos) -> Nanos {
    match send(path, now) {
        Passage::Arrives { at, .. } => at,
        other => panic!("{other:?}"),
    }
}

#[test]
fn none_overtakes_when_the_delay_falls() {
    let mut path = path(40);
    assert_eq!(arrival(&mut path, 0), 40 * MS);
    let shorter = Change {
        delay: Some(Duration::from_millis(1)),
        ..Change::default()
    };
    path.change(MS, &shorter);
    assert_eq!(arrival(&mut path, 2 * MS), 40 * MS);
    assert_eq!(arrival(&mut path, 50 * MS), 51 * MS);
}

#[test]
fn an_outage_ends_by_itself_and_counts() {
    let mut path = path(1);
    let minute = Change {
        outage: Some(Outage::For(Duration::from_mins(1))),
        ..Change::default()
    };
    assert!(path.change(0, &minute).down);
    assert_eq!(path.epoch, 1);
    assert_eq!(send(&mut path, 59_999 * MS), Passage::Down);
    assert!(!path.conditions(60_000 * MS).down);
    assert_eq!(arrival(&mut path, 60_000 * MS), 60_001 * MS);
}

#[test]
fn restoring_ends_everything() {
    let mut path = path(5);
    let bad = Change {
        loss: Some(1.0),
        duplicate: Some(1.0),
        outage: Some(Outage::Endless),
        ..Change::default()
    };
    path.change(0, &bad);
    assert!(path.counts_packets());
    let restore = Change {
        restore: true,
        ..Change::default()
    };
    let now = path.change(1, &restore);
    assert_eq!(now, Conditions::delayed(Duration::from_millis(5)));
    assert!(path.more.is_none() && !path.counts_packets());
}

#[test]
fn one_held_back_is_overtaken_and_nothing_else_is() {
    let mut path = path(10);
    let all = Change {
        reorder: Some(Reorder {
            chance: 0.3,
            by: Duration::from_millis(5),
        }),
        ..Change::default()
    };
    path.change(0, &all);
    let arrivals: Vec<_> = (0..1000).map(|now| arrival(&mut path, now * MS)).collect();
    let held = arrivals
        .iter()
        .zip(0..)
        .filter(|(at, now)| **at == (now + 15) * MS);
    let held = held.count();
    assert!((240..360).contains(&held), "{held}");
    let on_time = arrivals
        .iter()
        .zip(0..)
        .filter(|(at, now)| **at == (now + 10) * MS);
    assert_eq!(on_time.count() + held, 1000);
}

#[test]
fn copies_are_as_often_as_said() {
    let mut path = path(10);
    let twice = Change {
        duplicate: Some(0.25),
        ..Change::default()
    };
    path.change(0, &twice);
    let copies = (0..4000).filter(|now| {
        matches!(
            send(&mut path, now * MS),
            Passage::Arrives { twice: true, .. }
        )
    });
    let copies = copies.count();
    assert!((890..1110).contains(&copies), "{copies}");
}

#[test]
fn another_property_does_not_change_which_packets_are_lost() {
    let lost = |jitter| {
        let mut path = path(10);
        let lossy = Change {
            loss: Some(0.2),
            jitter: Some(jitter),
            ..Change::default()
        };
        path.change(0, &lossy);
        let sent = (0..200).map(|now| send(&mut path, now * MS) == Passage::Lost);
        sent.collect::<Vec<_>>()
    };
    assert_eq!(lost(Duration::ZERO), lost(Duration::from_millis(3)));
}

#[test]
fn each_pair_has_chances_of_its_own() {
    let drawn = |from, to| Random::of_pair(7, from, to).below(1 << 60);
    let all = [
        drawn(0, 1),
        drawn(1, 0),
        drawn(0, 2),
        drawn(2, 0),
        drawn(1, 2),
    ];
    let distinct: std::collections::HashSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
    assert_eq!(drawn(3, 4), drawn(3, 4));
}

proptest! {
    #[test]
    fn without_reordering_packets_stay_in_order(
        steps in prop::collection::vec((0_u64..5, 0_u64..50, 0_u64..10, prop::option::of(1_000_u64..10_000_000)), 1..100),
    ) {
        let mut path = path(20);
        let (mut now, mut last) = (0, 0);
        for (pause, delay, jitter, rate) in steps {
            now += pause * MS;
            let change = Change {
                delay: Some(Duration::from_millis(delay)),
                jitter: Some(Duration::from_millis(jitter)),
                rate: Some(rate.map_or(RateChange::Unlimited, RateChange::BitsPerSecond)),
                ..Change::default()
            };
            path.change(now, &change);
            if let Passage::Arrives { at, .. } = send(&mut path, now) {
                prop_assert!(at >= last && at >= now);
                last = at;
            }
        }
    }
}
