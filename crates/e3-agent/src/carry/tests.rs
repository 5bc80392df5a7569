//! Letters while the roster changes: each goes to whom its writer meant, or to nobody.

use std::collections::BTreeMap;

use e3_identity::{Endorsement, Validity};
use e3_session::types::{RosterEntry, SessionId};

use super::*;

const SESSION: SessionId = SessionId([5; 16]);

fn roster(epoch: u32, members: &[(&str, &PartyKeys)]) -> Roster {
    let entry = |(name, keys): &(&str, &PartyKeys)| RosterEntry {
        name: (*name).to_owned(),
        addresses: Vec::new(),
        introduction: Introduction::new(
            keys,
            SESSION.0,
            name,
            Validity::starting(0, u64::MAX),
            BTreeMap::new(),
        ),
        endorsement: Endorsement::Pinned,
    };
    Roster::build(
        SESSION,
        epoch,
        Vec::new(),
        members.iter().map(entry).collect(),
    )
    .unwrap()
}

/// A post office whose overlay has this roster, and the overlay's mailbox.
fn settled(keys: &PartyKeys, roster: &Roster) -> (Post, Mailbox) {
    let mut post = Post::new();
    post.expect(keys, roster).unwrap();
    post.turn();
    let mailbox = post.mailbox();
    post.catch_up();
    (post, mailbox)
}

fn read(mailbox: &mut Mailbox) -> Option<(PartyIndex, Vec<u8>)> {
    use std::task::{Context, Poll, Waker};
    let mut waiting = std::pin::pin!(mailbox.receive());
    match waiting
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(letter) => letter,
        Poll::Pending => None,
    }
}

#[test]
fn a_letter_of_a_party_that_moves_up_is_not_taken_for_its_predecessors() {
    let keys: Vec<PartyKeys> = (0..3).map(|_| PartyKeys::generate().unwrap()).collect();
    let first = roster(1, &[("a", &keys[0]), ("b", &keys[1]), ("c", &keys[2])]);
    let later = roster(2, &[("a", &keys[0]), ("c", &keys[2])]);
    let (mut a, mut overlay) = settled(&keys[0], &first);
    let (mut c, _mailbox) = settled(&keys[2], &first);

    // All have taken the later roster; the overlay of `a` has not.
    a.expect(&keys[0], &later).unwrap();
    c.expect(&keys[2], &later).unwrap();
    c.turn();
    let letter = c.seal(PartyIndex(0), b"from c").unwrap();
    assert!(a.take(PartyIndex(1), &letter).is_ok());
    assert_eq!(read(&mut overlay), None, "index 1 is still `b` there");
    // What it writes to index 1 meanwhile is for `b`, and `c` cannot open it.
    let meant_for_b = a.seal(PartyIndex(1), b"for b").unwrap();
    assert!(c.take(PartyIndex(0), &meant_for_b).is_err());

    a.turn();
    assert_eq!(read(&mut overlay), None);
    a.catch_up();
    assert_eq!(
        read(&mut overlay),
        Some((PartyIndex(1), b"from c".to_vec()))
    );
    let letter = a.seal(PartyIndex(1), b"for c").unwrap();
    c.mailbox();
    c.catch_up();
    assert!(c.take(PartyIndex(0), &letter).is_ok());
}

#[test]
fn a_peer_that_stays_keeps_its_pair() {
    let keys: Vec<PartyKeys> = (0..2).map(|_| PartyKeys::generate().unwrap()).collect();
    let members = [("a", &keys[0]), ("b", &keys[1])];
    let (mut a, mut overlay) = settled(&keys[0], &roster(1, &members));
    let (mut b, _mailbox) = settled(&keys[1], &roster(1, &members));
    let letter = b.seal(PartyIndex(0), b"once").unwrap();
    assert!(a.take(PartyIndex(1), &letter).is_ok());
    assert!(read(&mut overlay).is_some());
    a.expect(&keys[0], &roster(2, &members)).unwrap();
    assert!(a.take(PartyIndex(1), &letter).is_err(), "it came before");
}

#[test]
fn what_waits_has_an_end() {
    let keys: Vec<PartyKeys> = (0..2).map(|_| PartyKeys::generate().unwrap()).collect();
    let members = [("a", &keys[0]), ("b", &keys[1])];
    let (mut b, _mailbox) = settled(&keys[1], &roster(1, &members));
    let mut a = Post::new();
    a.expect(&keys[0], &roster(1, &members)).unwrap();
    for number in 0..=WAITING {
        let letter = b.seal(PartyIndex(0), b"early").unwrap();
        assert_eq!(a.take(PartyIndex(1), &letter).is_ok(), number < WAITING);
    }
}
