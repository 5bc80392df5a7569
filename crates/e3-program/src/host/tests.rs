//! What is found on a host, and what is missing.

use std::fs;

use e3_session::types::{Dial, Manifest, Ports};

use super::*;

fn command(entry: &str) -> Program {
    Program {
        kind: Kind::Command(Command {
            environment: vec![],
            input_as: None,
            dial: Dial::Mesh,
            interpreter: None,
        }),
        entry: entry.to_owned(),
        arguments: vec![],
        ports: Ports::one(1),
        timeout_s: 1,
        manifest: Manifest { files: vec![] },
    }
}

#[test]
fn a_program_of_the_host_is_named_by_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let by_name = find(&command("sh"), folder.path()).unwrap();
    let by_path = find(&command("/bin/sh"), folder.path()).unwrap();
    let (_, one) = by_name.name.split_once(" sha256:").unwrap();
    let (_, other) = by_path.name.split_once(" sha256:").unwrap();
    assert_eq!((one.len(), one), (64, other));
}

#[test]
fn what_cannot_run_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("player"), "#!/bin/sh\n").unwrap();
    let failed = |entry: &str| find(&command(entry), folder.path()).unwrap_err();
    assert!(matches!(failed("./player"), RuntimeError::NotExecutable(_)));
    assert!(matches!(failed("./../sh"), RuntimeError::Path(_)));
    assert!(matches!(
        failed("no-such-program"),
        RuntimeError::NotInstalled(_)
    ));
    assert!(matches!(
        failed("/no/such"),
        RuntimeError::Unreadable { .. }
    ));
    assert!(matches!(failed("{python}"), RuntimeError::NoPython));
}

#[test]
fn a_file_that_travels_is_started_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let player = folder.path().join("player");
    fs::write(&player, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&player, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(
        find(&command("./player"), folder.path()).unwrap().program,
        player
    );
}
