//! Any bytes as what a member introduces or writes, as what a coordinator's host tells and its desk answers, as what a
//! service with accounts answers, and as what a daemon tells of pings and of nodes that a coordinator has handed out: keys have one encoding, a key to register with is what may stand in a file, and whoever is
//! handed out and is no party is told.

#![no_main]

use e3_overlay_tailscale::{Difference, Expected, Introduced, Netmap, fuzzing, understand};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(introduced) = Introduced::read(bytes) {
        assert_eq!(introduced.bytes().as_slice(), bytes);
    }
    if let Ok(key) = understand(bytes) {
        assert!(!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()));
    }
    fuzzing::read(bytes);
    if let Ok(netmap) = Netmap::read(bytes) {
        let told = netmap.differences(&Expected::default(), &Default::default());
        let strangers = told
            .iter()
            .filter(|one| matches!(one, Difference::Stranger { .. }));
        assert_eq!(strangers.count(), netmap.peers.len());
        for difference in told {
            assert!(!difference.to_string().is_empty());
        }
    }
});
