//! Any bytes as a revocation list: none of its changes is believed.

#![no_main]

#[path = "../src/known.rs"]
#[allow(dead_code, reason = "other targets use the rest")]
mod known;

use e3_identity::RevocationList;
use known::{NOW, alice};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(mut list) = known::read::<RevocationList>(bytes) else {
        return;
    };
    let authority = alice();
    let document = authority.document().expect("a document");
    if list.verify(&document, NOW).is_ok() {
        // Nobody else has the key.
        assert_eq!(list, known::revocations());
    }
    list.authority = authority.did().clone();
    let signature = authority.sign("e3/revocations/1", &list.form());
    list.signature = signature;
    let verified = list.verify(&document, list.issued);
    assert!(verified.is_ok() || list.next_update < list.issued);
    assert!(list.serials.iter().all(|serial| list.revokes(serial)));
    list.number ^= 1;
    assert!(list.verify(&document, list.issued).is_err());
});
