//! How an agent starts a probe.

use std::ffi::OsString;

use e3_session::types::{DialTable, Program};

use crate::{
    host::Runtime,
    line::{CommandLine, variables},
    stage::Staged,
};

/// The command line of one party: the hidden verb `probe` of the agent's own program.
pub fn command_line(
    runtime: &Runtime,
    program: &Program,
    dial: &DialTable,
    staged: &Staged,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> CommandLine {
    let verb = ["probe".to_owned(), program.entry.clone()];
    CommandLine {
        program: runtime.program.clone(),
        arguments: verb.into_iter().chain(program.arguments.clone()).collect(),
        environment: variables(environment, dial, staged.input()),
        folder: staged.folder().to_owned(),
    }
}
