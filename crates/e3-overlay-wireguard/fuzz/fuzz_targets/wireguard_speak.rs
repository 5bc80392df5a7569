//! Datagrams of strangers, packets of a peer and of a relay through their tunnels: what comes to programs has an address that
//! is the peer's own.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    e3_overlay_wireguard::fuzzing::speak(bytes);
});
