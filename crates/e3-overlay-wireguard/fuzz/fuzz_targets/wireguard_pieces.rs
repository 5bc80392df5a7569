//! Packets as an interface gives them: what is cut and joined is the same when it is cut again.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| e3_overlay_wireguard::fuzzing::pieces(bytes));
