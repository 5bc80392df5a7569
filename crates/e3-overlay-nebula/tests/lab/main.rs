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

use cases::{beside, failures, ports, renewal, revocation, roaming, secrets, takeover, versions};
use stock::Stock;

/// How long a case may take.
const LIMIT: Duration = Duration::from_mins(3);

/// What tries a lie, and looks at how soon it is noticed.
const LIES: &[(&str, fn())] = &[
    (
        "an_old_nebula_lets_nobody_call_under_anothers_address",
        takeover::refused_by_an_old_one,
    ),
    (
        "a_new_nebula_lets_nobody_call_under_anothers_address",
        takeover::refused_by_a_new_one,
    ),
    (
        "members_reach_the_programs_port_alone_with_old_nebulas",
        ports::with_an_old_one,
    ),
    (
        "members_reach_the_programs_port_alone_with_new_nebulas",
        ports::with_a_new_one,
    ),
    (
        "who_takes_anothers_address_is_noticed_by_an_old_nebula",
        takeover::noticed_by_an_old_one,
    ),
    (
        "who_takes_anothers_address_is_noticed_by_a_new_nebula",
        takeover::noticed_by_a_new_one,
    ),
];

/// What does little but wait: for tunnels, for certificates that expire, or for nothing to happen.
const WAITING: &[(&str, fn())] = &[
    (
        "a_removed_party_loses_its_tunnels_with_old_nebulas",
        revocation::from_old_ones,
    ),
    (
        "a_removed_party_loses_its_tunnels_with_new_nebulas",
        revocation::from_new_ones,
    ),
    (
        "the_only_old_nebula_is_put_out",
        revocation::the_only_old_one,
    ),
    (
        "the_newest_certificates_that_all_read_are_used",
        versions::the_newest_that_all_read,
    ),
    (
        "a_nebula_that_lacks_what_is_in_use_is_not_taken_in",
        versions::in_use_that_a_new_one_lacks,
    ),
    (
        "networks_of_six_alone_take_new_nebulas",
        versions::of_six_alone,
    ),
    (
        "a_party_whose_nebula_cannot_is_told",
        versions::that_cannot_be_had,
    ),
    (
        "a_host_without_six_is_told",
        versions::that_a_host_has_switched_off,
    ),
    (
        "a_lighthouse_whose_nebula_cannot_is_told",
        versions::that_the_lighthouse_lacks,
    ),
    ("old_nebulas_show_no_secret", secrets::of_old_ones),
    ("new_nebulas_show_no_secret", secrets::of_new_ones),
    ("a_host_with_an_old_nebula_moves", roaming::of_an_old_one),
    ("a_host_with_a_new_nebula_moves", roaming::of_a_new_one),
    (
        "a_host_moves_while_another_goes_with_old_nebulas",
        roaming::while_another_goes_with_old_ones,
    ),
    (
        "a_host_moves_while_another_goes_with_new_nebulas",
        roaming::while_another_goes_with_new_ones,
    ),
    (
        "who_is_silent_is_reached_again_with_old_nebulas",
        roaming::while_all_are_silent_with_old_ones,
    ),
    (
        "who_is_silent_is_reached_again_with_new_nebulas",
        roaming::while_all_are_silent_with_new_ones,
    ),
    (
        "an_old_nebula_that_is_killed_is_told",
        failures::an_old_one_is_killed,
    ),
    (
        "a_new_nebula_that_is_killed_is_told",
        failures::a_new_one_is_killed,
    ),
    ("a_nebula_dies_with_its_agent", failures::a_process_dies),
    ("what_is_no_nebula_is_told", failures::others_in_its_place),
    (
        "a_nebula_that_says_nothing_is_not_used",
        failures::one_that_says_nothing_of_handshakes,
    ),
    ("a_missing_nebula_is_told", failures::none_at_all),
    (
        "an_old_nebula_of_the_users_is_not_disturbed",
        beside::an_old_one,
    ),
    (
        "a_new_nebula_of_the_users_is_not_disturbed",
        beside::a_new_one,
    ),
    (
        "who_knocks_does_not_fill_the_log",
        beside::who_knocks_does_not_fill_the_log,
    ),
    (
        "an_old_nebulas_certificate_is_renewed",
        renewal::of_an_old_one,
    ),
    (
        "a_new_nebulas_certificate_is_renewed",
        renewal::of_a_new_one,
    ),
    (
        "certificates_are_renewed_where_versions_are_mixed",
        renewal::of_both,
    ),
    ("a_renewal_that_fails_is_told", renewal::that_fails),
];

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
    let mut tests = vec![Test::helper(party::PARTY, party::serve).within(Duration::from_hours(1))];
    for (name, body) in LIES {
        tests.push(Test::inside(name, *body).within(LIMIT));
    }
    for (name, body) in WAITING {
        tests.push(Test::inside(name, *body).within(LIMIT).waiting());
    }
    run(&tests)
}
