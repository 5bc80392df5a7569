//! Folders that cannot be used, or only with care.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::PathBuf,
};

use crate::{
    machine::{Wrong, e3_on, on},
    page::row,
    program::put,
    support::workshop::Workshop,
};

/// Little enough that nothing of ours has room.
const NO_ROOM: u64 = 4096;

/// A folder in the home of this desk's user.
pub(crate) fn home(workshop: &Workshop, name: &str) -> PathBuf {
    let path = workshop.root().join("home").join(name);
    fs::create_dir_all(&path).unwrap();
    path
}

pub(crate) fn a_home_that_cannot_be_written() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let wrong = [Wrong::ReadOnly(home(&workshop, ""))];
    let ran = e3_on(&workshop, &wrong, &["run"]).refused();
    row(&workshop, "a home that cannot be written", "e3 run", &ran);
    assert!(
        e3_on(&workshop, &wrong, &["up"])
            .refused()
            .err
            .contains("home/state")
    );
}

pub(crate) fn no_room_for_state() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let wrong = [Wrong::Small(home(&workshop, "state"), NO_ROOM)];
    let ran = e3_on(&workshop, &wrong, &["run"]).refused();
    row(
        &workshop,
        "no room for an environment's state",
        "e3 run",
        &ran,
    );
}

pub(crate) fn no_room_for_hosts() {
    let workshop = Workshop::new();
    put(&workshop, 1, "");
    let wrong = [Wrong::Small(home(&workshop, "data"), NO_ROOM)];
    let ran = e3_on(&workshop, &wrong, &["run"]).refused();
    row(&workshop, "no room for the files of hosts", "e3 run", &ran);
}

pub(crate) fn no_room_for_a_record() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    fs::create_dir(workshop.path("runs")).unwrap();
    let wrong = [Wrong::Small(workshop.path("runs"), NO_ROOM)];
    let ran = e3_on(&workshop, &wrong, &["run"]).refused();
    row(&workshop, "no room for a run's record", "e3 run", &ran);
}

pub(crate) fn a_folder_that_cannot_be_written() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let ran = e3_on(&workshop, &[Wrong::ReadOnly(workshop.path(""))], &["run"]).refused();
    row(&workshop, "a folder that cannot be written", "e3 run", &ran);
}

pub(crate) fn a_disk_that_fills_up() {
    let workshop = Workshop::new();
    put(&workshop, 2, "for _ in range(20000): print('x' * 99)");
    fs::create_dir(workshop.path("runs")).unwrap();
    let wrong = [Wrong::Small(workshop.path("runs"), 1024 * 1024)];
    let ran = e3_on(&workshop, &wrong, &["run"]);
    row(
        &workshop,
        "a disk that fills up during a run",
        "e3 run",
        &ran,
    );
}

pub(crate) fn a_file_in_the_way() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    fs::write(home(&workshop, "").join("state"), "no folder").unwrap();
    let ran = workshop.e3(&["run"]).refused();
    row(
        &workshop,
        "a file where the state folder should be",
        "e3 run",
        &ran,
    );
}

pub(crate) fn somebody_elses_state() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let state = home(&workshop, "state");
    fs::set_permissions(&state, fs::Permissions::from_mode(0o000)).unwrap();
    let ran = e3_on(&workshop, &[Wrong::NoRights], &["run"]).refused();
    fs::set_permissions(&state, fs::Permissions::from_mode(0o700)).unwrap();
    row(
        &workshop,
        "a state folder that belongs to somebody else",
        "e3 run",
        &ran,
    );
}

pub(crate) fn a_link_as_state_folder() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let elsewhere = workshop.root().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, home(&workshop, "").join("state")).unwrap();
    workshop.e3(&["up"]).succeeded();
    let ran = workshop.e3(&["run"]).succeeded();
    workshop.e3(&["down"]).succeeded();
    assert!(elsewhere.is_dir());
    row(&workshop, "a state folder that is a link", "e3 run", &ran);
}

pub(crate) fn no_room_for_python() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let cache = home(&workshop, "cache");
    let mut command = workshop.command(&["run"]);
    command.env("XDG_CACHE_HOME", &cache);
    let ran = on(&workshop, &[Wrong::ReadOnly(cache)], &command).refused();
    let title = "a cache that cannot be written, and no Python environment yet";
    row(&workshop, title, "e3 run", &ran);
}

pub(crate) fn no_temporary_folder() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let mut command = workshop.command(&["run"]);
    command.env("TMPDIR", "/no/such/folder");
    let ran = workshop.going(command).ended().succeeded();
    row(&workshop, "a TMPDIR that does not exist", "e3 run", &ran);
}
