//! `e3 id`: identities. One file per verb.

mod new;
mod resolve;
mod rotate;
mod show;

use std::path::PathBuf;
use std::process::ExitCode;

use e3_holder::state::StateRoot;

use crate::cli::{Global, Id, IdVerb};
use crate::fault::Fault;

/// Does what was asked for.
///
/// # Errors
/// Each verb's own.
pub fn main(args: &Id, global: &Global) -> Result<ExitCode, Fault> {
    match &args.verb {
        IdVerb::Show(args) => show::main(args, global),
        IdVerb::New(args) => new::main(args, global),
        IdVerb::Resolve(args) => resolve::main(args, global),
        IdVerb::Rotate(args) => rotate::main(args, global),
    }
}

/// The folder that was named, or the one where a user's identity is by default.
fn folder(named: Option<&PathBuf>) -> Result<PathBuf, Fault> {
    match named {
        Some(path) => Ok(path.clone()),
        None => Ok(StateRoot::from_env()
            .map_err(|error| Fault::user(error.to_string()))?
            .data()
            .join("identity")),
    }
}
