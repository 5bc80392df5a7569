//! Any bytes as a sealed message, and any change of one that was sealed: none opens but what was sealed.

#![no_main]

#[path = "../src/known.rs"]
#[allow(dead_code, reason = "other targets use the rest")]
mod known;

use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex},
};

use e3_identity::{Identity, Introduction, PartyKeys, SealedPair};
use known::{SESSION, alice, introduction_of};
use libfuzzer_sys::fuzz_target;

static PARTIES: LazyLock<[(PartyKeys, Introduction); 2]> = LazyLock::new(|| {
    let bob = Identity::generate().expect("an identity");
    [alice(), bob].map(|identity| {
        let keys = PartyKeys::of(identity).expect("keys");
        let introduction = introduction_of(&keys);
        (keys, introduction)
    })
});

/// All that was sealed. The fuzzer watches what is compared, and so it learns whole messages and tries them again: those
/// open, as they should at an end that has just begun.
static SEALED: LazyLock<Mutex<HashSet<Vec<u8>>>> = LazyLock::new(Mutex::default);

fuzz_target!(|bytes: &[u8]| {
    let mut known = SEALED.lock().expect("one thread");
    let [(alice, of_alice), (bob, of_bob)] = &*PARTIES;
    let mut from_alice = SealedPair::new(alice, &SESSION, of_bob).expect("a pair");
    let mut to_bob = SealedPair::new(bob, &SESSION, of_alice).expect("a pair");
    assert_eq!(to_bob.open(bytes).is_ok(), known.contains(bytes));
    let mut to_bob = SealedPair::new(bob, &SESSION, of_alice).expect("a pair");
    let mut sealed = from_alice.seal(b"content").expect("a message");
    known.insert(sealed.clone());
    for (byte, change) in sealed.iter_mut().zip(bytes) {
        *byte ^= change;
    }
    assert_eq!(to_bob.open(&sealed).is_ok(), known.contains(&sealed));
});
