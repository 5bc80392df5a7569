//! Stock daemons in the lab: what a coordinator lets through, what passes on the wire, what stands in files and arguments,
//! hosts of IPv6 alone, what becomes of daemons of the user's own, and overlay `tailscale` with a Headscale in place of Tailscale's service.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "../account/mod.rs"]
mod account;
mod beside;
mod open;
mod removal;
mod six;
mod stage;
mod theirs;
mod wire;

use std::{env, process::exit, time::Duration};

use e3_lab::testing::{Test, run};
use e3_stock::{HEADSCALE, TAILSCALE, TAILSCALED, find};

/// No test takes as long, however busy the machine.
const LIMIT: Duration = Duration::from_mins(2);

fn main() {
    let missing = [HEADSCALE, TAILSCALED, TAILSCALE]
        .iter()
        .find_map(|program| find(program).err());
    if let Some(missing) = missing {
        eprintln!("skipped: {missing}");
        exit(i32::from(env::var_os("E3_STOCK_REQUIRED").is_some()));
    }
    run(&[
        Test::inside(
            "only_the_programs_port_is_open",
            open::only_the_programs_port_is_open,
        )
        .within(LIMIT),
        Test::inside(
            "whom_a_roster_leaves_out_is_cut_off_before_anybody_is_waited_for",
            removal::whom_a_roster_leaves_out_is_cut_off_before_anybody_is_waited_for,
        )
        .within(LIMIT),
        Test::inside(
            "nobody_outside_is_contacted_and_no_secret_is_seen",
            wire::nobody_outside_is_contacted_and_no_secret_is_seen,
        )
        .within(LIMIT),
        Test::inside(
            "hosts_of_six_alone_are_connected",
            six::hosts_of_six_alone_are_connected,
        )
        .within(LIMIT),
        Test::inside(
            "a_tailscaled_of_the_users_own_is_not_disturbed",
            beside::a_tailscaled_of_the_users_own_is_not_disturbed,
        )
        .within(LIMIT),
        Test::inside(
            "another_coordinator_stands_in_for_tailscales",
            theirs::another_coordinator_stands_in_for_tailscales,
        )
        .within(LIMIT),
    ]);
}
