//! Standard streams that are closed, or whose other end goes away.

use std::process::{Command, Stdio};

use crate::{program::put, support::workshop::Workshop};

/// `e3 run` behind a shell that closes or cuts its streams; `$E3` is the program.
fn shell(workshop: &Workshop, script: &str) -> Command {
    let e3 = workshop.command(&["run"]);
    let mut shell = Command::new("bash");
    shell.args(["-c", script]).stdin(Stdio::null());
    shell
        .env("E3", e3.get_program())
        .current_dir(e3.get_current_dir().unwrap());
    for (name, value) in e3.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

#[test]
fn closed_or_cut_streams_do_not_disturb_a_run() {
    let workshop = Workshop::new();
    put(
        &workshop,
        2,
        "for line in range(3000): print('a line of many', line)",
    );
    for script in [
        "exec $E3 run <&-",
        "exec $E3 run >&-",
        "exec $E3 run 2>&-",
        "exec $E3 run <&- >&- 2>&-",
        "$E3 run | head -n 1; exit ${PIPESTATUS[0]}",
        "$E3 run 2>&1 | head -n 1; exit ${PIPESTATUS[0]}",
        "$E3 run --json | head -c 10; exit ${PIPESTATUS[0]}",
        "$E3 run -vv 2>&1 | head -n 1; exit ${PIPESTATUS[0]}",
    ] {
        let ran = workshop.going(shell(&workshop, script)).ended();
        assert_eq!(ran.code, 0, "{script}: {ran:#?}");
        assert!(!ran.err.contains("panic"), "{script}: {}", ran.err);
        assert_eq!(
            workshop.record()["failure"],
            serde_json::Value::Null,
            "{script}"
        );
        workshop.nothing_left();
        std::fs::remove_dir_all(workshop.path("runs")).unwrap();
    }
}

#[test]
fn a_log_in_the_programs_folder_is_named() {
    let workshop = Workshop::new();
    put(&workshop, 2, "print('out')");
    let ran = workshop
        .going(shell(&workshop, "exec $E3 run >log.txt 2>&1"))
        .ended();
    assert_eq!(ran.code, 1, "{ran:#?}");
    let said = workshop.read("log.txt");
    for words in ["log.txt changed while it was sent", "write elsewhere"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    workshop.nothing_left();
}

#[test]
fn a_full_disk_on_standard_output_is_said() {
    let workshop = Workshop::new();
    put(&workshop, 2, "print('out')");
    let ran = workshop
        .going(shell(&workshop, "exec $E3 run >/dev/full"))
        .ended();
    assert_eq!(ran.code, 1, "{ran:#?}");
    assert!(
        ran.err.contains("cannot write to standard output"),
        "{}",
        ran.err
    );
    workshop.nothing_left();
}
