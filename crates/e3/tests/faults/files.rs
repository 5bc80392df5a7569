//! Folders that cannot be used, or only with care.

use std::{
    ffi::OsString,
    fs,
    os::unix::{
        ffi::OsStringExt,
        fs::{PermissionsExt, symlink},
    },
    path::PathBuf,
};

use crate::{
    machine::{Wrong, e3_on},
    page::row,
    program::{put, tell, until_told},
    support::{desk::Ran, workshop::Workshop},
};

/// Little enough that nothing of ours has room.
const NO_ROOM: u64 = 4096;

fn home(workshop: &Workshop, name: &str) -> PathBuf {
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

pub(crate) fn no_home() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let mut command = workshop.command(&["run"]);
    for name in ["HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
        command.env_remove(name);
    }
    let ran = workshop.going(command).ended().refused();
    row(&workshop, "no HOME", "e3 run", &ran);
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

/// `up`, `run` and `down` with a home below this one.
fn in_home(name: OsString) -> (Workshop, Ran) {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let home = workshop.root().join("home").join(name);
    let state = home.join("state");
    fs::create_dir_all(&state).unwrap();
    // By which the processes of this test are known.
    symlink(&state, workshop.root().join("home/state")).unwrap();
    let command = |verb| {
        let mut command = workshop.command(&[verb]);
        command
            .env("HOME", &home)
            .env("XDG_DATA_HOME", home.join("data"));
        command.env("TMPDIR", &home);
        workshop.going(command).ended().succeeded()
    };
    command("up");
    let ran = command("run");
    command("down");
    let mut left = Vec::new();
    for folder in ["state/e3/environments", "data/e3/hosts"] {
        left.extend(fs::read_dir(home.join(folder)).into_iter().flatten());
    }
    assert!(left.is_empty(), "{left:#?}");
    (workshop, ran)
}

pub(crate) fn an_odd_home() {
    let (workshop, ran) = in_home("my home \n'\"$x".into());
    row(
        &workshop,
        "a home with blanks, quotes and a line break",
        "e3 run",
        &ran,
    );
}

pub(crate) fn a_home_that_is_no_text() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let home = home(&workshop, "").join(OsString::from_vec(b"home-\xff".to_vec()));
    let mut command = workshop.command(&["run"]);
    command
        .env("HOME", &home)
        .env("XDG_STATE_HOME", home.join("state"));
    let ran = workshop.going(command).ended().refused();
    row(&workshop, "a home whose name is no text", "e3 run", &ran);
}

pub(crate) fn a_deep_home() {
    let deep = vec!["deep".repeat(30); 10].join("/");
    let (workshop, ran) = in_home(deep.into());
    row(&workshop, "a home deep below others", "e3 run", &ran);
}

/// Runs with this umask; nobody else may read what there is of an environment, or of a run.
fn with_umask(umask: &str) {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let under = |verb: &str| {
        let e3 = workshop.command(&[verb]);
        let mut command = workshop.command(&[]);
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", "umask \"$1\"; exec \"$2\" \"$3\"", "sh", umask]);
        shell.arg(e3.get_program()).args(e3.get_args());
        shell.current_dir(e3.get_current_dir().unwrap());
        for (name, value) in e3.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        std::mem::swap(&mut command, &mut shell);
        workshop.going(command).ended().succeeded()
    };
    under("up");
    let ran = under("run");
    let open = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o077;
    assert_eq!(open(workshop.path("runs/latest/")), 0);
    for entry in fs::read_dir(workshop.state().join("e3/environments")).unwrap() {
        let folder = entry.unwrap().path();
        assert_eq!(open(folder.clone()), 0);
        assert_eq!(open(folder.join("holder.sock")), 0);
    }
    under("down");
    row(&workshop, &format!("umask {umask}"), "e3 run", &ran);
}

pub(crate) fn umask_077() {
    with_umask("077");
}

pub(crate) fn umask_000() {
    with_umask("000");
}

pub(crate) fn a_file_that_changes() {
    let workshop = Workshop::new();
    put(&workshop, 2, &until_told(&workshop));
    let mut run = workshop.begin(&["run"]);
    crate::program::all_begun(&mut run, 2);
    workshop.put("e3.toml", "[hosts.other]\nregion = \"nowhere\"\n");
    tell(&workshop);
    let ran = run.ended().succeeded();
    row(&workshop, "e3.toml changes during a run", "e3 run", &ran);
}

pub(crate) fn a_folder_that_goes() {
    let workshop = Workshop::new();
    put(&workshop, 2, &until_told(&workshop));
    let mut run = workshop.begin(&["run"]);
    crate::program::all_begun(&mut run, 2);
    fs::remove_dir_all(workshop.path("runs")).unwrap();
    tell(&workshop);
    let ran = run.ended();
    row(
        &workshop,
        "the folder goes away during a run",
        "e3 run",
        &ran,
    );
}
