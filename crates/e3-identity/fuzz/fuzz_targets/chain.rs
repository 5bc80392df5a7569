//! Any bytes as certificates, by an authority and for a key that the input names too.

#![no_main]

#[path = "../src/known.rs"]
#[allow(dead_code, reason = "other targets use the rest")]
mod known;

use e3_identity::authority::{Expected, check_chain};
use known::{NAME, NOW, alice};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(known::Chain {
        authority,
        key,
        chain,
    }) = known::chain(bytes)
    else {
        return;
    };
    let party = alice();
    let expected = Expected {
        authority: &authority,
        subject: party.did(),
        name: NAME,
        key: &key,
        now: NOW,
    };
    if check_chain(&chain, &expected).is_ok() {
        let others = [
            Expected {
                name: "bob",
                ..expected
            },
            Expected {
                subject: &authority,
                ..expected
            },
            Expected {
                authority: party.did(),
                ..expected
            },
            Expected {
                now: u64::MAX,
                ..expected
            },
        ];
        for other in others {
            assert!(check_chain(&chain, &other).is_err());
        }
    }
});
