//! Any bytes as a succession: none is followed that both DIDs have not signed.

#![no_main]

#[path = "../src/known.rs"]
#[allow(dead_code, reason = "other targets use the rest")]
mod known;

use e3_identity::{Succession, succession};
use known::alice;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(one) = known::read::<Succession>(bytes) else {
        return;
    };
    let party = alice();
    let document = party.document().expect("a document");
    let known = known::succession();
    let forged = one != known && (one.old == *party.did() || one.new == *party.did());
    if let (Ok(old), Ok(new)) = (one.old.document(), one.new.document()) {
        assert!(one.verify(&old, &new).is_err() || !forged);
    }
    let many = vec![one.clone(); 17];
    assert!(succession::follow(&many, &one.old, &document).is_err());
    let followed = succession::follow(&[one.clone(), known], &one.old, &document);
    assert!(followed.is_err() || !forged);
});
