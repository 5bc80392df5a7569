//! Programs in namespaces of their own: what they reach, who reaches them, what they may not, and what is left.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used)]

mod confinement;
mod crossing;
mod forwards;
mod leftovers;
mod program;
mod roster;
mod scene;
mod traffic;
mod tunnelled;

use e3_lab::testing::{Test, run};

fn main() {
    run(&[
        Test::helper(program::NAME, program::main),
        Test::helper(leftovers::AGENT, leftovers::agent),
        Test::inside("a_program_reaches_every_port_of_its_peers", traffic::out),
        Test::inside("a_program_calls_many_from_one_port", traffic::twice),
        Test::inside("peers_reach_every_port_of_a_program", traffic::back),
        Test::inside("a_callers_port_is_kept_where_it_is_free", traffic::ports),
        Test::inside("a_program_listens_where_it_has_dialled", traffic::both),
        Test::inside("programs_call_one_another_as_they_like", crossing::run),
        Test::inside("a_program_reaches_itself", traffic::itself),
        Test::outside("nobody_needs_rights_for_all_that", confinement::rootless),
        Test::inside("a_program_reaches_nobody_else", confinement::nobody_else),
        Test::inside("only_connections_leave_a_program", confinement::only_tcp),
        Test::inside("a_program_has_no_rights_there", confinement::no_rights),
        Test::inside("a_program_cannot_go_back", confinement::stays),
        Test::inside("the_listener_itself_is_nobody", confinement::listener),
        Test::inside("a_roster_changes_under_a_connection", roster::change),
        Test::inside(
            "forwards_serve_where_there_is_no_namespace",
            forwards::serve,
        ),
        Test::inside("forwards_lead_peers_nowhere_else", forwards::closed),
        Test::inside("what_is_lost_is_said", forwards::said),
        Test::inside("programs_meet_through_a_tunnel", tunnelled::meet),
        Test::inside(
            "a_tunnel_that_somebody_else_made_serves",
            tunnelled::adopted,
        ),
        Test::inside("a_tunnels_roster_changes", tunnelled::change),
        Test::inside("whom_a_tunnel_leaves_out_is_reset", tunnelled::ended),
        Test::inside("what_keeps_a_network_has_no_secrets", leftovers::secrets),
        Test::inside("nothing_is_left_behind", leftovers::dropped),
        Test::inside("nothing_outlives_a_killed_agent", leftovers::killed),
    ]);
}
