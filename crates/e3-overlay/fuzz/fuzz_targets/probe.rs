//! Any bytes as what the other end of a probe says: neither end waits for more than there is, or takes them for
//! somebody else's.

#![no_main]

use e3_overlay::fuzzing;
use futures::executor::block_on;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if block_on(fuzzing::listen(bytes)) {
        assert!(bytes.starts_with(&fuzzing::hello()));
    }
    if block_on(fuzzing::dial(bytes)) {
        assert!(bytes.starts_with(b"w\x00\x01\x02"));
    }
});
