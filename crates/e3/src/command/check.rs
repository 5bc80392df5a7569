//! `e3 check`: everything that is wrong with an environment; nothing is changed.

use std::path::PathBuf;
use std::process::ExitCode;

use e3_holder::beforehand;
use e3_spec::Environment;
use serde::Serialize;

use crate::cli::{Check, Global};
use crate::environment::from_fault;
use crate::fault::Fault;
use crate::travel::Travel;
use crate::{json, load, out};

/// A valid environment, in short.
#[derive(Serialize)]
struct Checked<'a> {
    /// Its e3.toml, if it has one.
    file: Option<PathBuf>,
    environment: &'a Environment,
    travels: Travel,
}

/// Says that the environment is valid, and what of it would travel.
///
/// # Errors
/// The user's: everything that is wrong.
pub fn main(args: &Check, global: &Global) -> Result<ExitCode, Fault> {
    let loaded = load::environment(&args.environment, &[])?;
    loaded.tell_notes();
    let environment = &loaded.environment;
    beforehand::check(environment, &[]).map_err(from_fault)?;
    let travels = Travel::of(environment)?;
    if global.json {
        let file = loaded.file;
        json::print(
            "check",
            &Checked {
                file,
                environment,
                travels,
            },
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    out::line(&format!(
        "{} is right: {}, overlay {}, identity {}",
        environment.name,
        parties(environment),
        environment.overlay,
        environment.identity
    ))?;
    if environment.program.is_none() {
        out::line("it names no program: give one by --program FILE")?;
    }
    for line in travels.lines() {
        out::line(&line)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn parties(environment: &Environment) -> String {
    match environment.hosts.len() {
        1 => "1 party".to_owned(),
        count => format!("{count} parties"),
    }
}
