//! What stands where an e3.toml should, and files of E³'s own that somebody has damaged.

use std::{fs, os::unix::fs::PermissionsExt};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::{
    machine::{Wrong, e3_on},
    page::row,
    program::{all_begun, put, tell, until_told},
    shell::shell,
    support::workshop::Workshop,
};

/// A desk with a program and without an e3.toml.
fn undeclared() -> Workshop {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    fs::remove_file(workshop.path("e3.toml")).unwrap();
    workshop
}

pub(crate) fn no_file() {
    let workshop = undeclared();
    let ran = workshop.e3(&["run"]).refused();
    row(&workshop, "no e3.toml", "e3 run", &ran);
}

pub(crate) fn a_folder() {
    let workshop = undeclared();
    fs::create_dir(workshop.path("e3.toml")).unwrap();
    let ran = workshop.e3(&["run"]).refused();
    row(&workshop, "an e3.toml that is a folder", "e3 run", &ran);
}

pub(crate) fn a_pipe() {
    let workshop = undeclared();
    let nobody = 0;
    mknodat(
        CWD,
        workshop.path("e3.toml"),
        FileType::Fifo,
        Mode::RWXU,
        nobody,
    )
    .unwrap();
    let ran = workshop.e3(&["run"]).refused();
    row(&workshop, "an e3.toml that is a pipe", "e3 run", &ran);
}

pub(crate) fn a_closed_file() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    fs::set_permissions(workshop.path("e3.toml"), fs::Permissions::from_mode(0o000)).unwrap();
    let ran = e3_on(&workshop, &[Wrong::NoRights], &["run"]).refused();
    row(&workshop, "an e3.toml that may not be read", "e3 run", &ran);
}

pub(crate) fn a_file_that_changes() {
    let workshop = Workshop::new();
    put(&workshop, 2, &until_told(&workshop));
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    workshop.put("e3.toml", "[hosts.other]\nregion = \"nowhere\"\n");
    tell(&workshop);
    let ran = run.ended().succeeded();
    row(&workshop, "e3.toml changes during a run", "e3 run", &ran);
}

pub(crate) fn a_folder_that_goes() {
    let workshop = Workshop::new();
    put(&workshop, 2, &until_told(&workshop));
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    fs::remove_dir_all(workshop.path("runs")).unwrap();
    tell(&workshop);
    let ran = run.ended();
    // What was computed is told all the same.
    assert!(ran.out.contains("told"), "{ran:#?}");
    row(&workshop, "runs/ is removed during a run", "e3 run", &ran);
}

pub(crate) fn no_current_folder() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let script = "mkdir gone && cd gone && rmdir ../gone && exec \"$0\" run ..";
    let ran = shell(&workshop, script).refused();
    row(
        &workshop,
        "the current folder was removed",
        "e3 run ..",
        &ran,
    );
}

pub(crate) fn damaged_state() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    workshop.e3(&["up"]).succeeded();
    for folder in fs::read_dir(workshop.state().join("e3/environments")).unwrap() {
        for file in ["environment.json", "lock", "journal.jsonl"] {
            fs::write(folder.as_ref().unwrap().path().join(file), "damaged").unwrap();
        }
    }
    let ran = workshop.e3(&["run"]).refused();
    workshop.e3(&["down"]).succeeded();
    row(
        &workshop,
        "damaged files in the state folder",
        "e3 run",
        &ran,
    );
}
