//! The overlay with real nebulas of both generations, in the lab: what the conformance suite, which knows nothing of
//! nebula, cannot try.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod by_hand;
mod cases;
mod field;
mod member;
mod party;
mod stock;

use std::{env, process::exit, time::Duration};

use e3_lab::testing::{Test, run};

use cases::{beside, failures, renewal, revocation, takeover};
use stock::Stock;

fn main() {
    for (stock, hint) in [
        (Stock::Old, "before 1.10, such as Debian's"),
        (Stock::New, "1.10 or later, which scripts/peers builds"),
    ] {
        // Processes of tests may have others.
        let is_first = !env::args().any(|argument| argument.starts_with("--e3"));
        if is_first && stock.path().is_none() {
            println!("skipped: this machine has no nebula {hint}");
            exit(i32::from(env::var_os("E3_STOCK_REQUIRED").is_some()));
        }
    }
    let long = |test: Test| test.within(Duration::from_mins(3));
    run(&[
        Test::helper(party::PARTY, party::serve).within(Duration::from_hours(1)),
        long(Test::inside(
            "an_old_nebula_lets_nobody_call_under_anothers_address",
            takeover::refused_by_an_old_one,
        )),
        long(Test::inside(
            "a_new_nebula_lets_nobody_call_under_anothers_address",
            takeover::refused_by_a_new_one,
        )),
        long(Test::inside(
            "who_takes_anothers_address_is_noticed_by_an_old_nebula",
            takeover::noticed_by_an_old_one,
        )),
        long(Test::inside(
            "who_takes_anothers_address_is_noticed_by_a_new_nebula",
            takeover::noticed_by_a_new_one,
        )),
        long(Test::inside(
            "an_old_nebulas_certificate_is_renewed",
            renewal::of_an_old_one,
        )),
        long(Test::inside(
            "a_new_nebulas_certificate_is_renewed",
            renewal::of_a_new_one,
        )),
        long(Test::inside(
            "certificates_are_renewed_where_versions_are_mixed",
            renewal::of_both,
        )),
        long(Test::inside(
            "a_renewal_that_fails_is_told",
            renewal::that_fails,
        )),
        long(Test::inside(
            "a_removed_party_loses_its_tunnels_with_old_nebulas",
            revocation::from_old_ones,
        )),
        long(Test::inside(
            "a_removed_party_loses_its_tunnels_with_new_nebulas",
            revocation::from_new_ones,
        )),
        long(Test::inside(
            "an_old_nebula_that_is_killed_is_told",
            failures::an_old_one_is_killed,
        )),
        long(Test::inside(
            "a_new_nebula_that_is_killed_is_told",
            failures::a_new_one_is_killed,
        )),
        long(Test::inside(
            "a_nebula_dies_with_its_agent",
            failures::a_process_dies,
        )),
        long(Test::inside(
            "what_is_no_nebula_is_told",
            failures::others_in_its_place,
        )),
        long(Test::inside(
            "a_nebula_that_says_nothing_is_not_used",
            failures::one_that_says_nothing_of_handshakes,
        )),
        long(Test::inside(
            "a_missing_nebula_is_told",
            failures::none_at_all,
        )),
        long(Test::inside(
            "an_old_nebula_of_the_users_is_not_disturbed",
            beside::an_old_one,
        )),
        long(Test::inside(
            "a_new_nebula_of_the_users_is_not_disturbed",
            beside::a_new_one,
        )),
        long(Test::inside(
            "who_knocks_does_not_fill_the_log",
            beside::who_knocks_does_not_fill_the_log,
        )),
    ])
}
