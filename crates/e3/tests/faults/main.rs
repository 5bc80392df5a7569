//! Bad machines and bad programs: a clear message, the right exit code, nothing left. Together they write docs/faults.md.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "without Rust's own runner the lint does not know that these are tests"
)]

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

mod broken;
mod contents;
mod devices;
mod files;
mod limits;
mod machine;
mod namespaces;
mod neutral;
mod page;
#[path = "../environments/program.rs"]
mod program;
mod programs;
mod streams;
mod time;
mod together;

use std::time::Duration;

use e3_lab::testing::{Test, run};

fn main() {
    run(&[
        Test::outside("broken_files", broken::broken_files),
        Test::outside(
            "a_home_that_cannot_be_written",
            files::a_home_that_cannot_be_written,
        ),
        Test::outside("no_room_for_state", files::no_room_for_state),
        Test::outside("no_room_for_hosts", files::no_room_for_hosts),
        Test::outside("no_room_for_a_record", files::no_room_for_a_record),
        Test::outside("a_disk_that_fills_up", files::a_disk_that_fills_up),
        Test::outside("no_home", files::no_home),
        Test::outside("a_file_in_the_way", files::a_file_in_the_way),
        Test::outside("somebody_elses_state", files::somebody_elses_state),
        Test::outside("a_link_as_state_folder", files::a_link_as_state_folder),
        Test::outside("an_odd_home", files::an_odd_home),
        Test::outside("a_home_that_is_no_text", files::a_home_that_is_no_text),
        Test::outside("a_deep_home", files::a_deep_home),
        Test::outside("umask_077", files::umask_077),
        Test::outside("umask_000", files::umask_000),
        Test::outside("a_file_that_changes", files::a_file_that_changes),
        Test::outside("a_folder_that_goes", files::a_folder_that_goes),
        Test::outside("no_user_namespaces_are_left", namespaces::none_are_left),
        Test::outside(
            "root_does_without_user_namespaces",
            namespaces::root_does_without,
        ),
        Test::outside("root_without_its_rights", namespaces::poor_root),
        Test::outside("debian_forbids_namespaces", namespaces::debian),
        Test::outside("ubuntu_forbids_namespaces", namespaces::ubuntu),
        Test::outside("a_filter_forbids_namespaces", namespaces::a_filter),
        Test::outside("a_chroot_forbids_namespaces", namespaces::a_chroot),
        Test::outside("no_proc", namespaces::no_proc),
        Test::outside("no_tun", devices::no_tun),
        Test::outside("a_closed_tun", devices::a_closed_tun),
        Test::outside("a_tun_without_driver", devices::a_tun_without_driver),
        Test::outside("no_nft", devices::no_nft),
        Test::outside("no_python", devices::no_python),
        Test::outside("an_old_python", devices::an_old_python),
        Test::outside("a_python_without_venv", devices::a_python_without_venv),
        Test::outside("too_few_files_for_a_lab", limits::too_few_files_for_a_lab),
        Test::outside("too_few_files_to_start", limits::too_few_files_to_start),
        Test::outside("a_low_soft_limit", limits::a_low_soft_limit),
        Test::outside("no_threads", limits::no_threads),
        Test::outside("no_processes", limits::no_processes),
        Test::outside("a_greedy_program", limits::a_greedy_program),
        Test::outside("full_output", streams::full),
        Test::outside("closed_output", streams::closed),
        Test::outside("no_streams", streams::all_closed),
        Test::outside("nobody_reads", streams::nobody_reads),
        Test::outside("no_terminal", streams::no_terminal),
        Test::outside("crashes", programs::crashes),
        Test::outside("is_killed", programs::is_killed),
        Test::outside("prints_a_gigabyte", programs::prints_a_gigabyte)
            .within(Duration::from_mins(2)),
        Test::outside("never_ends", programs::never_ends),
        Test::outside("detaches", programs::detaches),
        Test::outside("kills_all", programs::kills_all),
        Test::outside("kills_its_agent", programs::kills_its_agent),
        Test::outside("removes_its_files", programs::removes_its_files),
        Test::outside("two_up", together::two_up),
        Test::outside("down_during_up", together::down_during_up),
        Test::outside("the_clock_jumps", time::the_clock_jumps),
        Test::outside("run_during_a_run", together::run_during_a_run),
        Test::outside(
            "the_page_has_a_row_of_each_test",
            page::the_page_has_a_row_of_each_test,
        ),
        Test::helper("machine", machine::inside::machine),
    ])
}
