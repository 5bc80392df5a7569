//! What a lab promises, tried from inside and from outside.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used)]

use e3_lab::testing::{Test, run};

mod adversary;
mod bench;
mod capture;
mod capture_limits;
mod captured;
mod check;
mod common;
mod death;
mod examples;
mod families;
mod hosts;
mod live;
mod nat;
mod network;
mod paths;
mod roles;
mod scenario;
mod scenario_hosts;
mod watch;

fn main() {
    let others = [
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
        bench::TESTS,
        death::TESTS,
        roles::TESTS,
        examples::TESTS,
        capture::TESTS,
        capture_limits::TESTS,
        scenario::TESTS,
        scenario_hosts::TESTS,
        nat::TESTS,
        families::TESTS,
        live::TESTS,
        adversary::TESTS,
        &others,
    ]
    .concat());
}
