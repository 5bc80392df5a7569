//! What a lab promises, tried from inside and from outside.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used)]

use e3_lab::testing::{Test, run};

mod common;
mod death;
mod hosts;
mod nat;
mod network;
mod roles;

fn main() {
    run(&[
        Test::inside(
            "round_trips_are_as_declared",
            network::round_trips_are_as_declared,
        ),
        Test::inside(
            "a_hundred_homes_are_quickly_built",
            network::a_hundred_homes_are_quickly_built,
        ),
        Test::inside("streams_are_fast", network::streams_are_fast),
        Test::inside(
            "one_site_needs_no_wide_area",
            network::one_site_needs_no_wide_area,
        ),
        Test::inside(
            "hosts_of_one_site_bypass_the_wide_area",
            network::hosts_of_one_site_bypass_the_wide_area,
        ),
        Test::inside("directions_can_differ", network::directions_can_differ),
        Test::inside("jitter_does_not_reorder", network::jitter_does_not_reorder),
        Test::inside("loss_is_as_declared", network::loss_is_as_declared),
        Test::inside(
            "a_flood_does_not_fill_the_memory",
            network::a_flood_does_not_fill_the_memory,
        ),
        Test::inside("rate_is_as_declared", network::rate_is_as_declared),
        Test::inside(
            "a_slow_line_is_as_declared",
            network::a_slow_line_is_as_declared,
        ),
        Test::inside(
            "a_lossy_line_is_as_declared",
            network::a_lossy_line_is_as_declared,
        ),
        Test::inside(
            "private_addresses_are_refused_at_once",
            network::private_addresses_are_refused_at_once,
        ),
        Test::inside("traffic_is_counted", network::traffic_is_counted),
        Test::inside(
            "a_home_lets_out_and_not_in",
            nat::a_home_lets_out_and_not_in,
        ),
        Test::inside(
            "a_home_maps_independently_of_the_endpoint",
            nat::a_home_maps_independently_of_the_endpoint,
        ),
        Test::inside("a_home_filters_by_port", nat::a_home_filters_by_port),
        Test::inside("two_homes_do_not_collide", nat::two_homes_do_not_collide),
        Test::inside("a_host_has_its_own_names", hosts::a_host_has_its_own_names),
        Test::inside(
            "commands_keep_their_directory",
            hosts::commands_keep_their_directory,
        ),
        Test::inside("kill_all_ends_what_forks", hosts::kill_all_ends_what_forks),
        Test::inside("a_dropped_lab_is_gone", hosts::a_dropped_lab_is_gone),
        Test::inside(
            "a_wrong_topology_leaves_nothing",
            hosts::a_wrong_topology_leaves_nothing,
        ),
        Test::outside(
            "exit_codes_and_signals_pass",
            roles::exit_codes_and_signals_pass,
        ),
        Test::outside("threads_are_refused", roles::threads_are_refused),
        Test::outside(
            "probing_tells_and_leaves_nothing",
            roles::probing_tells_and_leaves_nothing,
        ),
        Test::outside(
            "killing_the_inside_leaves_nothing",
            death::killing_the_inside_leaves_nothing,
        ),
        Test::outside(
            "killing_init_leaves_nothing",
            death::killing_init_leaves_nothing,
        ),
        Test::outside(
            "killing_the_guardian_leaves_nothing",
            death::killing_the_guardian_leaves_nothing,
        ),
        Test::outside(
            "a_shared_lock_is_free_only_when_all_have_ended",
            death::a_shared_lock_is_free_only_when_all_have_ended,
        ),
        Test::inside(
            "programs_cannot_change_the_machine",
            hosts::programs_cannot_change_the_machine,
        ),
        Test::helper("victim", death::victim),
        Test::helper("locked_victim", death::locked_victim),
        Test::helper("exit_with_seven", roles::exit_with_seven),
        Test::helper("wait_to_be_ended", roles::wait_to_be_ended),
    ])
}
