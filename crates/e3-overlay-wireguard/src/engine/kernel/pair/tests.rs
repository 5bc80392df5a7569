use proptest::prelude::*;

use super::*;
use crate::key::PublicKey;

const RELAY: PublicKey = PublicKey([9; 32]);

fn at(port: u16) -> SocketAddr {
    ([192, 0, 2, 1], port).into()
}

fn door() -> SocketAddr {
    ([127, 0, 0, 1], 4000).into()
}

fn pair(leads: bool, now: Instant) -> Pair {
    let mut pair = Pair::new(leads, [at(1), at(2)].into(), now);
    pair.door = Some(door());
    pair
}

fn heard(from: SocketAddr, received: u64) -> Heard {
    Heard {
        at: Some(from),
        known: true,
        received,
        sent: 0,
    }
}

#[test]
fn who_leads_begins_where_a_knock_is_answered() {
    let now = Instant::now();
    let mut pair = pair(true, now);
    assert_eq!(pair.knocks(now), [at(1), at(2), door()]);
    assert_eq!(pair.knocks(now), [], "not all the time");
    assert_eq!(pair.meeting(now), None);
    pair.answered(at(3), now);
    assert_eq!(pair.meeting(now), None, "nobody said that it is there");
    pair.answered(at(2), now);
    pair.answered(at(1), now);
    assert_eq!(pair.meeting(now), Some(at(2)));
    assert_eq!(pair.meeting(now), None, "the kernel is at it");
    pair.take(heard(at(2), 100), now);
    assert_eq!(pair.fresh(now, Some(RELAY)), Some(Way::Direct(at(2))));
    assert_eq!(pair.knocks(now + LONG), []);
    assert_eq!(pair.meeting(now + LONG), None);
}

#[test]
fn who_does_not_lead_waits_for_the_other() {
    let now = Instant::now();
    let mut pair = pair(false, now);
    let late = now + Duration::from_mins(1);
    pair.answered(at(1), late);
    assert_eq!(pair.meeting(late), None, "however late the other comes");
    pair.answered(at(1), late + LONG);
    assert_eq!(pair.meeting(late + LONG), Some(at(1)), "but not for ever");
}

#[test]
fn a_relay_is_for_those_who_do_not_answer_directly() {
    let now = Instant::now();
    let mut pair = pair(true, now);
    pair.answered(door(), now);
    assert_eq!(pair.meeting(now), None, "a direct answer may come");
    let then = now + GRACE;
    assert_eq!(pair.meeting(then), Some(door()));
    pair.take(heard(door(), 100), then);
    assert_eq!(pair.fresh(then, Some(RELAY)), Some(Way::Relayed(RELAY)));
    // Later a direct way is found: the session goes there, whoever leads.
    pair.leads = false;
    pair.answered(at(1), then);
    assert_eq!(pair.meeting(then), Some(at(1)));
    pair.take(heard(at(1), 200), then);
    assert_eq!(pair.moves, 1);
    // It breaks, and the relay takes over.
    let broken = then + SILENCE;
    assert_eq!(pair.fresh(broken, Some(RELAY)), None);
    assert!(pair.knocks(broken).contains(&door()));
    pair.answered(door(), broken);
    assert_eq!(pair.meeting(broken), None);
    assert_eq!(pair.meeting(broken + GRACE), Some(door()));
}

#[test]
fn where_a_peer_knocks_from_it_is_knocked_at() {
    let now = Instant::now();
    let mut pair = pair(true, now);
    pair.knocks(now);
    pair.knocked(at(7), now);
    assert!(pair.knocks(now).contains(&at(7)));
    pair.answered(at(7), now);
    assert_eq!(pair.meeting(now), Some(at(7)));
    for port in 10..30 {
        pair.knocked(at(port), now);
    }
    assert_eq!(
        pair.knocks(now).len(),
        3 + LEARNT,
        "nobody is knocked at without end"
    );
}

#[derive(Debug, Clone)]
enum Event {
    Knocked(u16),
    Answered(u16),
    Heard(u16),
    Passed(u64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (0_u16..9).prop_map(Event::Knocked),
        (0_u16..9).prop_map(Event::Answered),
        (0_u16..9).prop_map(Event::Heard),
        (0_u64..7000).prop_map(Event::Passed),
    ]
}

proptest! {
    /// Whatever happens: the kernel is only told of places that have just answered, and seldom.
    #[test]
    fn the_kernel_is_told_of_what_answers(leads: bool, events in prop::collection::vec(event(), 0..60)) {
        let mut now = Instant::now();
        let mut pair = pair(leads, now);
        let place = |port| if port == 0 { door() } else { at(port) };
        let (mut answered, mut received) = (Vec::new(), 0);
        let mut told = Vec::new();
        for event in events {
            match event {
                Event::Knocked(port) => pair.knocked(place(port), now),
                Event::Answered(port) => {
                    pair.answered(place(port), now);
                    answered.push((place(port), now));
                }
                Event::Heard(port) => {
                    received += 1;
                    pair.take(heard(place(port), received), now);
                }
                Event::Passed(ms) => now += Duration::from_millis(ms),
            }
            pair.knocks(now);
            if let Some(met) = pair.meeting(now) {
                prop_assert!(answered.iter().any(|(at, when)| *at == met && is_within(*when, now, ANSWERED)));
                let again = |(at, when): &(SocketAddr, Instant)| *at == met && is_within(*when, now, ALONE);
                prop_assert!(!told.last().is_some_and(again));
                told.push((met, now));
            }
        }
    }
}
