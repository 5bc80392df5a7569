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
mod declared;
mod devices;
mod files;
mod homes;
mod limits;
mod machine;
mod namespaces;
mod neutral;
mod page;
#[path = "../environments/program.rs"]
mod program;
mod programs;
mod shell;
mod streams;
mod time;
mod together;

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
        Test::outside(
            "a_folder_that_cannot_be_written",
            files::a_folder_that_cannot_be_written,
        ),
        Test::outside("a_disk_that_fills_up", files::a_disk_that_fills_up),
        Test::outside("no_home", homes::no_home),
        Test::outside("a_file_in_the_way", files::a_file_in_the_way),
        Test::outside("somebody_elses_state", files::somebody_elses_state),
        Test::outside("a_link_as_state_folder", files::a_link_as_state_folder),
        Test::outside("an_odd_home", homes::an_odd_home),
        Test::outside("a_home_that_is_no_text", homes::a_home_that_is_no_text),
        Test::outside("a_deep_home", homes::a_deep_home),
        Test::outside("umask_077", homes::umask_077),
        Test::outside("umask_000", homes::umask_000),
        Test::outside("no_file", declared::no_file),
        Test::outside("a_folder_as_file", declared::a_folder),
        Test::outside("a_pipe_as_file", declared::a_pipe),
        Test::outside("a_closed_file", declared::a_closed_file),
        Test::outside("a_file_that_changes", declared::a_file_that_changes),
        Test::outside("a_folder_that_goes", declared::a_folder_that_goes),
        Test::outside("no_current_folder", declared::no_current_folder),
        Test::outside("damaged_state", declared::damaged_state),
        Test::outside("no_room_for_python", files::no_room_for_python),
        Test::outside("no_temporary_folder", files::no_temporary_folder),
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
        Test::outside("no_dev", devices::no_dev),
        Test::outside("no_sys", devices::no_sys),
        Test::outside("no_etc", devices::no_etc),
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
        Test::outside("prints_a_gigabyte", programs::prints_a_gigabyte).within(2 * programs::LONG),
        Test::outside("never_ends", programs::never_ends),
        Test::outside("detaches", programs::detaches),
        Test::outside("kills_all", programs::kills_all),
        Test::outside("kills_its_agent", programs::kills_its_agent),
        Test::outside("removes_its_files", programs::removes_its_files),
        Test::outside("closes_its_output", programs::closes_its_output),
        Test::outside("waits_for_input", programs::waits_for_input),
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
