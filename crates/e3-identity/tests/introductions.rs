//! Introductions: by whom, for what and for how long they are good.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may panic as tests may"
)]

mod common;

use common::{NOW, OTHER_SESSION, SESSION, introduction, party};
use e3_identity::{
    Identity, Introduction, IntroductionError, KeyId, Kind, Signature, Succession,
    introduction::SKEW,
};
use proptest::prelude::*;
use serde_bytes::ByteBuf;

fn alice() -> (Identity, Introduction) {
    let identity = Identity::generate().unwrap();
    let again = Identity::of_key(again(&identity));
    let introduction = introduction(&party(identity), "alice");
    (again, introduction)
}

/// A second copy of a key, which nothing but its file gives.
fn again(identity: &Identity) -> e3_identity::IdentityKey {
    e3_identity::IdentityKey::from_pem(&identity.secret().to_pem()).unwrap()
}

fn verify(introduction: &Introduction) -> Result<(), IntroductionError> {
    let document = introduction.did.document().unwrap();
    introduction.verify(&document, &SESSION, "alice", NOW)
}

#[test]
fn one_by_a_did_of_every_method_is_good() {
    for kind in [
        Kind::Key,
        Kind::Peer2,
        Kind::Peer4,
        Kind::Web("example.org".to_owned()),
    ] {
        let identity = Identity::create(&kind).unwrap();
        let document = identity.document().unwrap();
        let introduction = introduction(&party(identity), "alice");
        assert_eq!(
            introduction.verify(&document, &SESSION, "alice", NOW),
            Ok(())
        );
        assert_eq!(introduction.key.is_empty(), kind == Kind::Key);
    }
}

#[test]
fn a_replay_into_another_session_is_refused() {
    let (_, introduction) = alice();
    let document = introduction.did.document().unwrap();
    let error = introduction
        .verify(&document, &OTHER_SESSION, "alice", NOW)
        .unwrap_err();
    assert!(matches!(error, IntroductionError::OtherSession { .. }));
    assert!(error.to_string().contains("\"alice\""), "{error}");

    // And so is one that was made to fit.
    let mut changed = introduction;
    changed.session = OTHER_SESSION;
    let error = changed
        .verify(&document, &OTHER_SESSION, "alice", NOW)
        .unwrap_err();
    assert!(matches!(error, IntroductionError::Signature { .. }));
}

#[test]
fn one_under_anothers_name_is_refused() {
    let (_, introduction) = alice();
    let document = introduction.did.document().unwrap();
    let error = introduction
        .verify(&document, &SESSION, "bob", NOW)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the introduction of \"bob\" was made under the name \"alice\": it is of another party"
    );
}

#[test]
fn one_is_good_for_its_lifetime_and_no_longer() {
    let (_, introduction) = alice();
    let document = introduction.did.document().unwrap();
    let at = |now| introduction.verify(&document, &SESSION, "alice", now);
    for now in [NOW - SKEW, NOW, NOW + 3600, NOW + 3600 + SKEW] {
        assert_eq!(at(now), Ok(()));
    }
    assert!(matches!(
        at(NOW - SKEW - 1),
        Err(IntroductionError::NotYet { .. })
    ));
    for now in [NOW + 3600 + SKEW + 1, u64::MAX] {
        assert!(matches!(at(now), Err(IntroductionError::Expired { .. })));
    }
}

#[test]
fn one_by_somebody_else_is_refused() {
    let (_, good) = alice();
    let stranger = Identity::generate().unwrap();

    // A stranger signs in alice's name.
    let mut forged = good.clone();
    let signature = stranger.sign("e3/introduction/2", &forged.form());
    forged.signature = signature;
    assert!(matches!(
        verify(&forged),
        Err(IntroductionError::Signature { .. })
    ));

    // It is held against the stranger's document.
    let error = good
        .verify(&stranger.document().unwrap(), &SESSION, "alice", NOW)
        .unwrap_err();
    assert!(matches!(error, IntroductionError::OtherDocument { .. }));

    // It names a key that is none.
    let mut other_key = good.clone();
    other_key.key = KeyId::try_from("key-7".to_owned()).unwrap();
    assert!(matches!(
        verify(&other_key),
        Err(IntroductionError::Key { .. })
    ));
}

#[test]
fn the_signature_is_of_this_domain() {
    let (identity, good) = alice();
    let mut other = good;
    let signature = identity.sign("e3/introduction/1", &other.form());
    other.signature = signature;
    assert!(verify(&other).is_err());
    let signature = identity.sign("e3/introduction/2", &other.form());
    other.signature = signature;
    assert_eq!(verify(&other), Ok(()));
}

#[test]
fn the_text_form_is_read_as_it_was_written() {
    let (_, good) = alice();
    let text = serde_json::to_string(&good).unwrap();
    assert_eq!(serde_json::from_str::<Introduction>(&text).unwrap(), good);
    let mut bytes = Vec::new();
    ciborium::into_writer(&good, &mut bytes).unwrap();
    let read: Introduction = ciborium::from_reader(bytes.as_slice()).unwrap();
    assert_eq!(verify(&read), Ok(()));
}

#[test]
fn more_successions_than_are_followed_are_not_even_read() {
    let old = Identity::generate().unwrap();
    let one = Succession::new(&old, &old, NOW);
    for (count, good) in [(16, true), (17, false)] {
        let identity = Identity::generate().unwrap();
        let identity = identity.with_successions(vec![one.clone(); count]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&introduction(&party(identity), "alice"), &mut bytes).unwrap();
        let read = ciborium::from_reader::<Introduction, _>(bytes.as_slice());
        assert_eq!(read.is_ok(), good, "{count}");
    }
}

proptest! {
    #[test]
    fn any_change_is_noticed(which in 0..9_usize, by in 1..=u8::MAX) {
        let (_, good) = alice();
        let mut changed = good.clone();
        match which {
            0 => changed.session[3] ^= by,
            1 => changed.name.push(char::from(by % 26 + b'a')),
            2 => changed.not_before ^= u64::from(by),
            3 => changed.not_after ^= u64::from(by),
            4 => changed.sealing_key[31] ^= by,
            5 => { changed.overlays.insert("tls".to_owned(), ByteBuf::from(vec![by])); }
            6 => { changed.overlays.insert("direct".to_owned(), ByteBuf::from(vec![by])); }
            7 => changed.signature = Signature(changed.signature.0.map(|byte| byte ^ by)),
            _ => changed.did = Identity::generate().unwrap().did().clone(),
        }
        prop_assert!(verify(&changed).is_err());
    }

    #[test]
    fn any_bytes_are_refused_or_no_introduction_of_ours(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(introduction) = ciborium::from_reader::<Introduction, _>(bytes.as_slice()) {
            prop_assert!(introduction.did.document().is_err() || verify(&introduction).is_err());
        }
    }
}
