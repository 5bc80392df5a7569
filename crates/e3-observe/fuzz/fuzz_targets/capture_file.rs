//! Any bytes as a capture file: what is read of it can be searched, and says of which packet it is.

#![no_main]

use e3_observe::capture::Capture;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(capture) = Capture::read(bytes) {
        e3_observe_fuzz::look(&capture);
    }
});
