//! A file as it should be, with any packets: streams, datagrams and handshakes are put together of whatever they are.

#![no_main]

use e3_observe::capture::Capture;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let capture = Capture::read(&e3_observe_fuzz::file(bytes)[..]).expect("it was just written");
    e3_observe_fuzz::look(&capture);
});
