//! Commands that a shell starts in an unusual way.

use std::process::{Command, Stdio};

use crate::support::{desk::Ran, workshop::Workshop};

/// Lets a shell do this, with `e3` as `$0`.
pub(crate) fn shell(workshop: &Workshop, script: &str) -> Ran {
    let e3 = workshop.command(&[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).arg(e3.get_program());
    shell
        .current_dir(e3.get_current_dir().unwrap())
        .stdin(Stdio::null());
    for (name, value) in e3.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    workshop.going(shell).ended()
}
