//! Homes of every kind, and files that nobody else should read.

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
    files::home,
    page::row,
    program::put,
    shell::shell,
    support::{desk::Ran, workshop::Workshop},
};

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
    let under =
        |verb: &str| shell(&workshop, &format!("umask {umask}; exec \"$0\" {verb}")).succeeded();
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
