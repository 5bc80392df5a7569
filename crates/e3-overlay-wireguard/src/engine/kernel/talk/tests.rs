use proptest::prelude::*;

use super::*;

/// Two who talk, where the first is met, and where the second is.
fn two() -> ([Talk; 2], [SocketAddr; 2]) {
    let [one, other] = [1, 2].map(|number| PrivateKey::from_bytes(&[number; 32]));
    let talks = [
        Talk::between(&one, other.public()).unwrap(),
        Talk::between(&other, one.public()).unwrap(),
    ];
    (talks, [1, 2].map(|last| ([192, 0, 2, last], 4000).into()))
}

fn elsewhere() -> SocketAddr {
    ([203, 0, 113, 9], 4000).into()
}

fn hear(talk: &mut Talk, from: SocketAddr, datagram: &[u8], now: Instant) -> Option<Said> {
    talk.hear(from, &Message::decode(datagram).unwrap(), datagram, now)
}

#[test]
fn a_question_is_answered_once_and_an_answer_counts_once() {
    let ([mut one, mut other], [first, second]) = two();
    let now = Instant::now();
    let question = one.ask(second, now).unwrap();
    let Some(Said::Question(answer)) = hear(&mut other, first, &question, now) else {
        panic!("it is a question");
    };
    assert_eq!(hear(&mut other, elsewhere(), &question, now), None, "again");
    assert_eq!(hear(&mut one, elsewhere(), &answer, now), None);
    assert_eq!(hear(&mut one, second, &answer, now), Some(Said::Answer));
    assert_eq!(hear(&mut one, second, &answer, now), None, "again");
}

#[test]
fn an_answer_that_was_not_asked_for_or_is_late_does_not_count() {
    let ([mut one, mut other], [first, second]) = two();
    let now = Instant::now();
    let question = one.ask(second, now).unwrap();
    let Some(Said::Question(answer)) = hear(&mut other, first, &question, now) else {
        panic!("it is a question");
    };
    let (mut fresh, _) = two();
    assert_eq!(hear(&mut fresh[0], second, &answer, now), None);
    assert_eq!(hear(&mut one, second, &answer, now + AWAITED), None);
}

/// Whoever knows both public keys, and sees all that passes, can make neither.
#[test]
fn nobody_else_knocks() {
    let ([mut one, mut other], [first, second]) = two();
    let now = Instant::now();
    let question = one.ask(second, now).unwrap();
    assert_eq!(hear(&mut one, second, &question, now), None, "sent back");
    let transaction = Message::decode(&question).unwrap().transaction;
    for class in [Class::Request, Class::Success] {
        let bare = Message::new(class, transaction).encode();
        assert_eq!(hear(&mut one, second, &bare, now), None);
        assert_eq!(hear(&mut other, first, &bare, now), None);
        let third = PrivateKey::from_bytes(&[3; 32]);
        let key = Key::of(&third.to_bytes(), third.public(), PublicKey([9; 32])).unwrap();
        let sealed = key.seal(&Message::new(class, transaction)).unwrap();
        assert_eq!(hear(&mut one, second, &sealed, now), None);
        assert_eq!(hear(&mut other, first, &sealed, now), None);
    }
    // It was no use to try: the question still counts.
    assert!(hear(&mut other, first, &question, now).is_some());
}

#[test]
fn what_was_said_long_ago_does_not_count_again() {
    let ([mut one, mut other], [first, second]) = two();
    let mut now = Instant::now();
    let old = one.ask(second, now).unwrap();
    assert!(hear(&mut other, first, &old, now).is_some());
    for _ in 0..REMEMBERED * 2 {
        now += AWAITED;
        let question = one.ask(second, now).unwrap();
        assert!(hear(&mut other, first, &question, now).is_some());
    }
    assert!(other.taken.len() <= REMEMBERED);
    assert_eq!(hear(&mut other, first, &old, now), None);
}

#[test]
fn nobody_is_asked_or_answered_without_end() {
    let ([mut one, mut other], [first, second]) = two();
    let now = Instant::now();
    let questions: Vec<_> = (0..2000).filter_map(|_| one.ask(second, now)).collect();
    assert_eq!(questions.len(), MOST * 4);
    let answers = |other: &mut Talk, some: &[Vec<u8>], now| {
        let heard = some
            .iter()
            .filter(|some| hear(other, first, some, now).is_some());
        heard.count()
    };
    assert_eq!(answers(&mut other, &questions[..200], now), MOST);
    let later = now + Duration::from_secs(1);
    assert_eq!(answers(&mut other, &questions[200..], later), MOST);
}

proptest! {
    /// One bit of difference, and it is nobody's.
    #[test]
    fn what_was_changed_on_the_way_does_not_count(at in 0_usize..56, bit in 0_u32..8) {
        let ([mut one, mut other], [first, second]) = two();
        let now = Instant::now();
        let mut question = one.ask(second, now).unwrap();
        question[at] ^= 1 << bit;
        if let Ok(message) = Message::decode(&question) {
            prop_assert_eq!(other.hear(first, &message, &question, now), None);
        }
    }
}
