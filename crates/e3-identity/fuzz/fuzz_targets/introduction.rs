//! Any bytes as an introduction: none of its changes is believed, and one that is signed is believed for what it says.

#![no_main]

#[path = "../src/known.rs"]
#[allow(dead_code, reason = "other targets use the rest")]
mod known;

use e3_identity::{Introduction, succession};
use known::{NAME, NOW, SESSION, alice};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(mut introduction) = known::read::<Introduction>(bytes) else {
        return;
    };
    let party = alice();
    let document = party.document().expect("a document");
    if let Ok(own) = introduction.did.document() {
        let _ = introduction.verify(&own, &SESSION, NAME, NOW);
        let _ = succession::follow(&introduction.successions, party.did(), &own);
    }
    introduction.did = party.did().clone();
    introduction.key = party.key().clone();
    let signature = party.sign("e3/introduction/2", &introduction.form());
    introduction.signature = signature;
    let (session, name) = (introduction.session, introduction.name.clone());
    let good = introduction.not_before <= introduction.not_after;
    for now in [introduction.not_before, introduction.not_after] {
        let verified = introduction.verify(&document, &session, &name, now);
        assert!(verified.is_ok() || !good, "{verified:?}");
    }
    introduction.session[0] ^= 1;
    assert!(
        introduction
            .verify(&document, &session, &name, NOW)
            .is_err()
    );
});
