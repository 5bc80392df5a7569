//! What is needed to start one party's program, whatever its kind.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use e3_session::types::DialTable;

/// What is needed to start one party's program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// The program: an interpreter, a file that travelled, a program of the host.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The whole environment: the process is to be started with nothing else in it.
    pub environment: Vec<(OsString, OsString)>,
    /// The working folder.
    pub folder: PathBuf,
}

/// The variables that every program has: the harmless part of what the caller's own process has, and E³'s own.
///
/// `E3_PARTY` and `E3_PARTIES` are this party's index and the number of parties, `E3_PEERS` all parties'
/// `address:port` with commas between, `E3_INPUT` the path of the private input, if there is one.
pub(crate) fn variables(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    dial: &DialTable,
    input: Option<&Path>,
) -> Vec<(OsString, OsString)> {
    let mut variables: Vec<_> = environment
        .into_iter()
        .filter(|(name, _)| is_passed_on(name))
        .collect();
    let mut set = |name: &str, value: OsString| variables.push((name.into(), value));
    let peers = dial.parties.iter().map(|reach| reach.socket().to_string());
    set("E3_PARTY", dial.me.to_string().into());
    set("E3_PARTIES", dial.parties.len().to_string().into());
    set("E3_PEERS", peers.collect::<Vec<_>>().join(",").into());
    if let Some(input) = input {
        set("E3_INPUT", input.into());
    }
    // Lines of a Python arrive when they are printed, and in one encoding whatever the host's locale is.
    set("PYTHONUNBUFFERED", "1".into());
    set("PYTHONUTF8", "1".into());
    set("PYTHONDONTWRITEBYTECODE", "1".into());
    variables
}

/// Variables that a program may inherit: where things are, and how to speak.
fn is_passed_on(name: &OsString) -> bool {
    const PASSED_ON: [&str; 9] = [
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "TZ",
        "TMPDIR",
        "LD_LIBRARY_PATH",
    ];
    name.to_str()
        .is_some_and(|name| PASSED_ON.contains(&name) || name.starts_with("LC_"))
}
