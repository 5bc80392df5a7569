//! How links end, and how their carriers do.

#![allow(clippy::unwrap_used)] // helpers of tests

use std::time::Duration;

use e3_resume::{
    Call, CarrierId, Closed, Event, Family, Incarnation, Link, Over, RefuseWhy, ResetWhy, Role,
    Settings,
};

pub(crate) const CALL: Call = Call {
    port: 1,
    from_port: 2,
    family: Family::V6,
    run: 0,
};

pub(crate) fn settings(role: Role, life: u8) -> Settings {
    Settings::new(role, [0; 32], Incarnation::new([life; 16]).unwrap())
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Two links with a carrier.
struct Pair {
    links: [Link; 2],
    carriers: [CarrierId; 2],
}

impl Pair {
    fn new(left: Settings, right: Settings, now: Duration) -> Self {
        let mut links = [Link::new(left, now), Link::new(right, now)];
        let carriers = [0, 1].map(|side: usize| links[side].begin(0, now));
        let mut pair = Self { links, carriers };
        pair.talk(now);
        pair
    }

    fn usual() -> Self {
        Self::new(
            settings(Role::Leader, 1),
            settings(Role::Follower, 2),
            seconds(0),
        )
    }

    /// Everything that can arrive does.
    fn talk(&mut self, now: Duration) {
        for _ in 0..10 {
            for side in [0, 1] {
                let bytes = self.links[side].output(self.carriers[side]).to_vec();
                self.links[side].sent(self.carriers[side], bytes.len());
                self.links[1 - side].input(self.carriers[1 - side], &bytes, now, &mut |_, _| 0);
            }
        }
    }

    fn reconnect(&mut self, now: Duration) {
        for side in [0, 1] {
            self.links[side].ended(self.carriers[side], now);
            self.carriers[side] = self.links[side].begin(0, now);
        }
        self.talk(now);
    }

    fn events(&mut self, side: usize) -> Vec<Event> {
        std::iter::from_fn(|| self.links[side].event()).collect()
    }
}

/// Ticks as often as it wants, until then; false where it would go on for ever.
fn pass(link: &mut Link, until: Duration) -> bool {
    for _ in 0..10_000 {
        match link.deadline().filter(|at| *at <= until) {
            Some(at) => link.tick(at),
            None => return true,
        }
    }
    false
}

#[test]
fn an_outage_lasts_as_long_as_it_may() {
    let mut pair = Pair::usual();
    for side in [0, 1] {
        pair.links[side].ended(pair.carriers[side], seconds(10));
        assert!(pass(&mut pair.links[side], seconds(609)));
        assert_eq!(pair.links[side].over(), None);
        assert!(pass(&mut pair.links[side], seconds(611)));
        assert_eq!(pair.links[side].over(), Some(Over::Outage(seconds(600))));
        assert_eq!(pair.links[side].deadline(), None);
    }
}

#[test]
fn a_link_that_never_had_a_carrier_waits_for_one() {
    let mut link = Link::new(settings(Role::Leader, 1), seconds(0));
    assert!(pass(&mut link, seconds(100_000)));
    assert_eq!(link.over(), None);
}

#[test]
fn nobody_waits_longer_than_an_outage_for_a_link_that_never_had_a_carrier() {
    let mut link = Link::new(settings(Role::Leader, 1), seconds(0));
    // Who has given up waits for nothing.
    let first = link.open(CALL, seconds(100)).unwrap();
    link.reset(first, ResetWhy::Program);
    assert!(pass(&mut link, seconds(100_000)));
    assert_eq!(link.over(), None);

    let stream = link.open(CALL, seconds(100_000)).unwrap();
    assert!(link.open(CALL, seconds(100_300)).is_some());
    assert!(pass(&mut link, seconds(100_599)));
    assert_eq!(link.over(), None);
    assert!(pass(&mut link, seconds(100_601)));
    assert_eq!(link.over(), Some(Over::Outage(seconds(600))));
    assert!(!link.knows(stream));
    assert_eq!(link.deadline(), None);
}

#[test]
fn silence_is_suspect_and_then_an_outage() {
    let mut pair = Pair::usual();
    pair.events(0);
    assert!(pass(&mut pair.links[0], seconds(5)));
    assert_eq!(pair.events(0), []);
    assert!(pass(&mut pair.links[0], seconds(7)));
    assert_eq!(pair.events(0), [Event::Suspect(seconds(6))]);
    // What was asked in vain is answered at last.
    pair.talk(seconds(8));
    assert!(pair.events(0).contains(&Event::Recovered));
    assert!(pass(&mut pair.links[0], seconds(600 + 9)));
    assert_eq!(pair.links[0].over(), Some(Over::Outage(seconds(600))));
}

#[test]
fn a_carrier_that_is_as_good_is_not_needed() {
    let mut pair = Pair::usual();
    let spare = [0, 1].map(|side| pair.links[side].begin(0, seconds(1)));
    let attached = std::mem::replace(&mut pair.carriers, spare);
    pair.talk(seconds(1));
    assert_eq!(pair.links[0].attached(), Some(attached[0]));
    pair.events(0);
    pair.links[0].tick(seconds(4));
    let refused = Event::Close(spare[0], Closed::Refused(RefuseWhy::Spare));
    assert!(pair.events(0).contains(&refused));
    pair.talk(seconds(4));
    assert!(pair.events(1).contains(&Event::Close(
        spare[1],
        Closed::PeerRefused(RefuseWhy::Spare)
    )));
}

#[test]
fn the_follower_gets_another_carrier_when_it_needs_one() {
    let mut pair = Pair::usual();
    // Only the follower has noticed that the carrier is gone.
    pair.links[1].ended(pair.carriers[1], seconds(1));
    pair.carriers = [0, 1].map(|side| pair.links[side].begin(0, seconds(1)));
    pair.talk(seconds(1));
    for side in [0, 1] {
        assert_eq!(pair.links[side].attached(), Some(pair.carriers[side]));
        assert_eq!(pair.links[side].resumptions(), 1);
    }
}

#[test]
fn a_restarted_peer_has_forgotten() {
    for restarted in [0, 1] {
        let mut pair = Pair::usual();
        let stream = pair.links[1 - restarted].open(CALL, seconds(1)).unwrap();
        let role = [Role::Leader, Role::Follower][restarted];
        pair.links[restarted] = Link::new(settings(role, 3), seconds(1));
        pair.reconnect(seconds(1));
        assert_eq!(pair.links[1 - restarted].over(), Some(Over::PeerForgot));
        assert!(!pair.links[1 - restarted].knows(stream));
        let forgotten = Closed::Refused(RefuseWhy::Forgotten);
        assert!(
            pair.events(restarted)
                .contains(&Event::Close(pair.carriers[restarted], forgotten))
        );
        // With another that has forgotten, too, it goes on.
        let role = [Role::Leader, Role::Follower][1 - restarted];
        pair.links[1 - restarted] = Link::new(settings(role, 4), seconds(2));
        pair.reconnect(seconds(2));
        assert_eq!(
            pair.links[restarted].attached(),
            Some(pair.carriers[restarted])
        );
    }
}

#[test]
fn ends_that_do_not_belong_together_refuse() {
    let other = Settings {
        context: [1; 32],
        ..settings(Role::Follower, 2)
    };
    for (right, why) in [
        (settings(Role::Leader, 2), RefuseWhy::Role),
        (other, RefuseWhy::Context),
    ] {
        let mut pair = Pair::new(settings(Role::Leader, 1), right, seconds(0));
        for side in [0, 1] {
            assert!(
                pair.events(side)
                    .contains(&Event::Close(pair.carriers[side], Closed::Refused(why)))
            );
            assert_eq!(pair.links[side].over(), None);
        }
    }
}

#[test]
fn a_carrier_that_says_nothing_is_given_up() {
    let mut link = Link::new(settings(Role::Follower, 1), seconds(0));
    let carrier = link.begin(0, seconds(0));
    assert!(pass(&mut link, seconds(16)));
    assert_eq!(link.event(), Some(Event::Close(carrier, Closed::Slow)));
}

#[test]
fn whoever_leaves_says_so_behind_all_else() {
    let mut pair = Pair::usual();
    let stream = pair.links[0].open(CALL, seconds(0)).unwrap();
    pair.links[0].write(stream, b"last words");
    pair.links[0].leave();
    let bytes = pair.links[0].output(pair.carriers[0]).to_vec();
    let mut heard = Vec::new();
    let (words, bye) = bytes.split_at(bytes.len() - 1);
    pair.links[1].input(pair.carriers[1], words, seconds(1), &mut |_, _| 0);
    heard.extend_from_slice(pair.links[1].received(stream));
    assert_eq!(heard, b"last words");
    pair.links[1].input(pair.carriers[1], bye, seconds(1), &mut |_, _| 0);
    assert_eq!(pair.links[1].over(), Some(Over::PeerLeft));
}

#[test]
fn nothing_but_signs_of_life_is_sent_when_nothing_happens() {
    let mut pair = Pair::usual();
    let mut sent = 0;
    for second in 0..3600 {
        for side in [0, 1] {
            assert!(pass(&mut pair.links[side], seconds(second)));
            sent += pair.links[side].unsent();
        }
        pair.talk(seconds(second));
    }
    assert!(sent < 2 * 1200 * 20 + 200, "{sent} bytes in an hour");
    assert!(pair.links.iter().all(|link| link.resumptions() == 0));
}

#[test]
fn a_choice_that_comes_late_changes_nothing() {
    let mut link = Link::new(settings(Role::Follower, 1), seconds(0));
    let hello = [&b"e3-link\x01\0"[..], &[0; 32], &[2; 16], &[0; 16]].concat();
    let attach = |number: u8| [&b"\x41\0\0\0\0\0\0\0"[..], &[number], &[0; 8]].concat();
    let carriers = [0, 1].map(|_| link.begin(0, seconds(0)));
    for carrier in carriers {
        link.input(carrier, &hello, seconds(0), &mut |_, _| 0);
    }
    link.input(carriers[1], &attach(2), seconds(1), &mut |_, _| 0);
    assert_eq!(link.attached(), Some(carriers[1]));
    link.input(carriers[0], &attach(1), seconds(2), &mut |_, _| 0);
    assert_eq!(link.attached(), Some(carriers[1]));
    let closed = std::iter::from_fn(|| link.event())
        .any(|event| event == Event::Close(carriers[0], Closed::Superseded));
    assert!(closed);
}
