//! Any bytes as a sealed message, and any change of one that was sealed: neither opens.

#![no_main]

#[path = "../src/known.rs"]
#[allow(dead_code, reason = "other targets use the rest")]
mod known;

use std::sync::LazyLock;

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

fuzz_target!(|bytes: &[u8]| {
    let [(alice, of_alice), (bob, of_bob)] = &*PARTIES;
    let mut from_alice = SealedPair::new(alice, &SESSION, of_bob).expect("a pair");
    let mut to_bob = SealedPair::new(bob, &SESSION, of_alice).expect("a pair");
    assert!(to_bob.open(bytes).is_err());
    let mut sealed = from_alice.seal(b"content").expect("a message");
    let whole = sealed.clone();
    for (byte, change) in sealed.iter_mut().zip(bytes) {
        *byte ^= change;
    }
    assert_eq!(to_bob.open(&sealed).is_ok(), sealed == whole);
});
