//! Standard streams that are full, closed or without anybody at the other end.

use std::{io::Read, process::Stdio};

use crate::{
    page::row,
    program::put,
    shell::shell,
    support::{desk::Ran, workshop::Workshop},
};

fn with(title: &str, redirections: &str) -> Ran {
    let workshop = Workshop::new();
    put(&workshop, 2, "print('done')");
    let ran = shell(&workshop, &format!("exec \"$0\" run {redirections}"));
    row(
        &workshop,
        title,
        &format!("e3 run {}", redirections.replace('|', "\\|")),
        &ran,
    );
    // However it was told, the run has taken place.
    assert!(workshop.record()["outcome"]["same"] == "done\n");
    ran
}

pub(crate) fn full() {
    with("standard output is full", ">/dev/full").refused();
}

pub(crate) fn closed() {
    with("standard output is closed", ">&-");
}

pub(crate) fn all_closed() {
    with("all standard streams are closed", "<&- >&- 2>&-");
}

pub(crate) fn nobody_reads() {
    let workshop = Workshop::new();
    put(&workshop, 2, "print('done')");
    let mut going = workshop
        .command(&["run"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(going.stdout.take());
    let mut err = String::new();
    going
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    let ran = Ran {
        code: going.wait().unwrap().code().unwrap(),
        out: String::new(),
        err,
    };
    row(
        &workshop,
        "the reader of standard output has gone",
        "e3 run \\| true",
        &ran,
    );
    assert_eq!(ran.code, 0);
}

pub(crate) fn no_terminal() {
    let workshop = Workshop::new();
    put(&workshop, 2, "print('done')");
    let mut command = workshop.command(&["run"]);
    command
        .env_remove("TERM")
        .env_remove("LANG")
        .env_remove("LC_ALL");
    let ran = workshop.going(command).ended().succeeded();
    row(&workshop, "no TERM, no locale", "e3 run", &ran);
}
