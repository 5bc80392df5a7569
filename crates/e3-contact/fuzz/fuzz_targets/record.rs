//! Any bytes as a contact record: what is believed of a party is what that party has signed, byte by byte.

#![no_main]

#[path = "../src/known.rs"]
mod known;

use e3_contact::Signed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(signed) = Signed::decode(bytes) else {
        return;
    };
    assert_eq!(signed.encode(), bytes);
    if signed.verify(known::SESSION).is_ok() && *signed.key() == known::key().verifying_key() {
        assert_eq!(known::record().sign(&known::key()).encode(), bytes);
    }
});
