//! Any bytes as a certification request: refused, or for a key that can be certified.

#![no_main]

#[path = "../src/known.rs"]
#[allow(dead_code, reason = "other targets use the rest")]
mod known;

use e3_identity::authority::read_request;
use known::alice;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let party = alice();
    if let Ok(key) = read_request(bytes, party.did()) {
        assert_eq!(read_request(bytes, party.did()), Ok(key));
        let other = e3_identity::Identity::generate().expect("an identity");
        assert!(read_request(bytes, other.did()).is_err());
    }
});
