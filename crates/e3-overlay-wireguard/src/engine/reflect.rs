//! How this socket is seen from outside, by asking reflectors (STUN, RFC 8489) from it.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    time::{Duration, Instant},
};

use e3_reflector::message::{Attribute, Class, Message, Transaction};

use super::post::Post;

/// How often a reflector is asked that has not answered, at first and later; and one that has, so that NATs keep the way.
const SOON: Duration = Duration::from_millis(250);
const LATER: Duration = Duration::from_secs(5);
const AGAIN: Duration = Duration::from_secs(15);

/// Attempts in quick succession.
const QUICK: u32 = 12;

/// The reflectors, and what they say.
#[derive(Debug, Default)]
pub(super) struct Reflections {
    all: Vec<Reflector>,
}

#[derive(Debug)]
struct Reflector {
    at: SocketAddr,
    asked: Option<Transaction>,
    due: Option<Instant>,
    attempts: u32,
    seen: Option<SocketAddr>,
}

impl Reflections {
    pub(super) fn new(all: impl IntoIterator<Item = SocketAddr>) -> Self {
        let all = all.into_iter().map(|at| Reflector {
            at,
            asked: None,
            due: None,
            attempts: 0,
            seen: None,
        });
        Self { all: all.collect() }
    }

    /// Asks whoever is to be asked now.
    pub(super) fn ask(&mut self, now: Instant, post: &mut Post) {
        for one in &mut self.all {
            if one.due.is_some_and(|due| due > now) {
                continue;
            }
            let quick = one.attempts < QUICK;
            one.attempts = one.attempts.saturating_add(1);
            one.due = Some(now + if quick { SOON } else { LATER });
            one.asked = Transaction::random();
            if let Some(transaction) = one.asked {
                let question = Message::new(Class::Request, transaction).encode();
                post.add(one.at, &question);
            }
        }
    }

    /// Takes an answer; whether it says something new.
    pub(super) fn hear(&mut self, now: Instant, from: SocketAddr, message: &Message) -> bool {
        let Some(one) = self.all.iter_mut().find(|one| one.at == from) else {
            return false;
        };
        let seen = message.find(|attribute| match attribute {
            Attribute::XorMappedAddress(address) => Some(*address),
            _ => None,
        });
        let answers = message.class == Class::Success && one.asked == Some(message.transaction);
        if !answers || seen.is_none() {
            return false;
        }
        one.due = Some(now + AGAIN);
        one.asked = None;
        one.attempts = 0;
        let new = one.seen != seen;
        one.seen = seen;
        new
    }

    /// From where this socket's datagrams are seen to come.
    pub(super) fn seen(&self) -> BTreeSet<SocketAddr> {
        self.all.iter().filter_map(|one| one.seen).collect()
    }
}

/// Whether a datagram is a message of WireGuard by its first bytes: a type, and three zeros, which no answer of a reflector
/// has.
pub(super) fn is_wireguard(datagram: &[u8]) -> bool {
    matches!(datagram.get(..4), Some([1..=4, 0, 0, 0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_once_and_only_to_its_question() {
        let at: SocketAddr = "192.0.2.1:3478".parse().unwrap();
        let mapped: SocketAddr = "198.51.100.9:4000".parse().unwrap();
        let (mut post, now) = (Post::default(), Instant::now());
        let mut all = Reflections::new([at]);
        all.ask(now, &mut post);
        let question = post.parcels().next().unwrap().bytes.to_vec();
        assert!(!is_wireguard(&question));
        let transaction = Message::decode(&question).unwrap().transaction;
        let answer = |transaction| {
            let answer = Message::new(Class::Success, transaction);
            answer.with(Attribute::XorMappedAddress(mapped)).encode()
        };
        assert!(!is_wireguard(&answer(transaction)));
        let hear = |all: &mut Reflections, from, bytes: &[u8]| {
            all.hear(now, from, &Message::decode(bytes).unwrap())
        };
        let other = answer(Transaction([0; 12]));
        assert!(!hear(&mut all, at, &other));
        assert!(!hear(&mut all, mapped, &answer(transaction)));
        assert!(hear(&mut all, at, &answer(transaction)));
        assert_eq!(all.seen(), [mapped].into());
        assert!(!hear(&mut all, at, &answer(transaction)));
    }
}
