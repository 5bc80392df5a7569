//! Any bytes as a certificate of either version: what is read is what would be written, has one fingerprint, and is not
//! believed unless its own key has signed it.

#![no_main]

use e3_nebula::{Certificate, Version, verify_authority, verify_host};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for version in [Version::V1, Version::V2] {
        let Ok(read) = Certificate::decode(version, bytes) else {
            continue;
        };
        assert_eq!(read.encode(), bytes);
        let again = Certificate::from_pem(&read.to_pem()).expect("what was written is read");
        assert_eq!(again.fingerprint(), read.fingerprint());
        let now = read.details().not_before;
        assert!(verify_authority(&read, now).is_err() || verify_host(&read, &read, now).is_err());
    }
    if let Ok(text) = str::from_utf8(bytes) {
        let _ = Certificate::from_pem(text);
    }
});
