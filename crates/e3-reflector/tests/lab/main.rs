//! What a host finds out about its network is what the lab was told to build.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used)]

mod kinds;
mod measured;
mod scene;

use std::time::Duration;

use e3_lab::testing::{Test, run};

fn main() {
    run(&[
        Test::inside(
            "two_addresses_tell_every_kind",
            kinds::two_addresses_tell_every_kind,
        )
        .within(Duration::from_mins(3)),
        Test::inside(
            "one_address_tells_what_it_can",
            kinds::one_address_tells_what_it_can,
        )
        .within(Duration::from_mins(3)),
        Test::inside(
            "where_udp_is_blocked_all_else_is_measured",
            measured::where_udp_is_blocked_all_else_is_measured,
        ),
        Test::inside(
            "latency_is_that_of_the_path",
            measured::latency_is_that_of_the_path,
        ),
        Test::inside("a_wrong_clock_is_seen", measured::a_wrong_clock_is_seen),
        Test::inside(
            "ipv6_is_filtered_and_not_translated",
            measured::ipv6_is_filtered_and_not_translated,
        ),
        Test::inside(
            "a_reflector_that_is_gone_is_told_from_blocked_udp",
            measured::a_reflector_that_is_gone_is_told_from_blocked_udp,
        ),
    ]);
}
