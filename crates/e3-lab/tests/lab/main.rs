//! What a lab promises, tried from inside and from outside.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used)]

use e3_lab::testing::{Test, run};

mod capture;
mod capture_limits;
mod captured;
mod check;
mod common;
mod death;
mod examples;
mod hosts;
mod nat;
mod network;
mod paths;
mod roles;
mod scenario;
mod scenario_hosts;
mod watch;

fn main() {
    let others = [
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
        Test::inside(
            "a_capture_shows_a_packet_at_every_point",
            capture::a_capture_shows_a_packet_at_every_point,
        ),
        Test::inside("tcpdump_reads_a_capture", capture::tcpdump_reads_a_capture),
        Test::inside(
            "a_stream_is_captured_as_on_a_wire",
            capture::a_stream_is_captured_as_on_a_wire,
        ),
        Test::inside(
            "a_slow_file_holds_nothing_up",
            capture_limits::a_slow_file_holds_nothing_up,
        ),
        Test::inside(
            "a_full_disk_ends_a_capture",
            capture_limits::a_full_disk_ends_a_capture,
        ),
        Test::inside(
            "points_are_what_people_write",
            capture::points_are_what_people_write,
        ),
        Test::inside(
            "a_scenario_moves_and_makes_forget",
            scenario_hosts::a_scenario_moves_and_makes_forget,
        ),
        Test::inside(
            "a_scenario_pauses_a_host_for_a_time",
            scenario_hosts::a_scenario_pauses_a_host_for_a_time,
        ),
        Test::inside("only_a_nat_forgets", scenario_hosts::only_a_nat_forgets),
        Test::inside("an_outage_repeats", scenario::an_outage_repeats),
        Test::inside(
            "chance_repeats_from_its_seed",
            scenario::chance_repeats_from_its_seed,
        ),
        Test::inside(
            "a_scenario_ends_with_its_handle_or_its_lab",
            scenario::a_scenario_ends_with_its_handle_or_its_lab,
        ),
        Test::inside(
            "what_cannot_happen_is_said_before_anything_does",
            scenario::what_cannot_happen_is_said_before_anything_does,
        ),
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
        Test::inside(
            "programs_cannot_change_the_machine",
            hosts::programs_cannot_change_the_machine,
        ),
    ];
    run(&[
        network::TESTS,
        paths::TESTS,
        watch::TESTS,
        check::TESTS,
        death::TESTS,
        roles::TESTS,
        examples::TESTS,
        &others,
    ]
    .concat());
}
