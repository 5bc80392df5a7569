//! `e3 completions`: for a shell, generated from the parser.

use std::process::ExitCode;

use clap::{Command, CommandFactory};
use serde::Serialize;

use crate::cli::{Cli, Completions, Global};
use crate::fault::Fault;
use crate::{json, out};

/// A script, and the shell that it is for.
#[derive(Serialize)]
struct Document {
    shell: String,
    script: String,
}

/// Prints the script.
///
/// # Errors
/// When standard output cannot be written.
pub fn main(args: &Completions, global: &Global) -> Result<ExitCode, Fault> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut without_hidden(&Cli::command()),
        "e3",
        &mut script,
    );
    if global.json {
        let script = String::from_utf8_lossy(&script).into_owned();
        json::print(
            "completions",
            &Document {
                shell: args.shell.to_string(),
                script,
            },
        )?;
    } else {
        out::write(&script)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The parser without the verbs that E³ runs for itself: completions would offer them, although help hides them.
fn without_hidden(all: &Command) -> Command {
    let verbs = all.get_subcommands().filter(|verb| !verb.is_hide_set());
    Command::new("e3")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
        .args(all.get_arguments())
        .subcommands(verbs.cloned())
}
