//! Which Python other implementations run in. The tests of several crates use this file.

use std::{
    env,
    ffi::OsStr,
    io::Write as _,
    process::{Command, Output},
};

/// A command that runs Python with these modules: the one that `E3_PYTHON` names, which must have them, or else `python3`.
/// Nothing, and a word of it, where that lacks one.
pub(crate) fn python(modules: &str) -> Option<Command> {
    find(env::var_os("E3_PYTHON").as_deref(), modules)
}

/// The same, by what `E3_PYTHON` says.
pub(crate) fn find(named: Option<&OsStr>, modules: &str) -> Option<Command> {
    let program = named.unwrap_or("python3".as_ref());
    let imports = Command::new(program)
        .args(["-c", &format!("import {modules}")])
        .output();
    let has = |output: &Output| output.status.success();
    if imports.as_ref().is_ok_and(has) {
        return Some(Command::new(program));
    }
    let program = program.to_string_lossy();
    assert!(
        named.is_none(),
        "E3_PYTHON names {program}, which has no {modules}: {imports:?}"
    );
    let _ = writeln!(std::io::stderr(), "skipped: {program} has no {modules}");
    None
}
