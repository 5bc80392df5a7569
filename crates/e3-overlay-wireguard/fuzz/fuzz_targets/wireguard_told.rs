//! Introductions, contact records, what a relay's host tells, and what comes to the kernel's port.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| e3_overlay_wireguard::fuzzing::told(bytes));
