//! `e3 down`: takes an environment down and leaves nothing behind. May be repeated, also after a crash.

use std::process::ExitCode;

use e3_holder::state::{self, Holding, Lock, StateFolder, StateRoot, Swept};
use serde::Serialize;

use crate::cli::{Down, Global};
use crate::environment;
use crate::fault::Fault;
use crate::{json, load, out};

/// What was taken down.
#[derive(Default, Serialize)]
pub(super) struct Document {
    environments: Vec<Taken>,
}

/// One environment.
#[derive(Serialize)]
struct Taken {
    environment: String,
    /// `nothing`, `ended`, `killed` or `leftovers`.
    found: &'static str,
}

/// Takes down the environment that is named, and removes what commands that were killed have left of others.
///
/// # Errors
/// The user's: there is no such environment; ours: something cannot be removed.
pub fn main(args: &Down, global: &Global) -> Result<ExitCode, Fault> {
    let root = StateRoot::from_env().map_err(Fault::from)?;
    let mut document = Document::default();
    let named = if args.all {
        Vec::new()
    } else {
        named(args, &root)?
    };
    for (name, folder) in &named {
        document.take(name, folder)?;
    }
    for id in root.all().map_err(Fault::from)? {
        let folder = root.folder(&id);
        let left = Lock::holding(&folder).map_err(Fault::from)? == Holding::Nobody;
        if args.all || left {
            document.take(&id.to_string(), &folder)?;
        }
    }
    document.tell("down", global)
}
/// The environments of the path's file, or of this folder's if it has one. What stands in the file does not matter: it
/// may have been changed since, even its name.
fn named(args: &Down, root: &StateRoot) -> Result<Vec<(String, StateFolder)>, Fault> {
    let file = match load::file(&args.environment) {
        Ok(file) => file.absolute,
        // Without a name, what was left behind is all that is meant.
        Err(_) if args.environment.path.is_none() => return Ok(Vec::new()),
        Err(fault) => return Err(fault),
    };
    let all = root.all().map_err(Fault::from)?;
    let found: Vec<_> = all
        .into_iter()
        .filter(|id| id.is_declared_in(&file))
        .map(|id| (id.name().to_owned(), root.folder(&id)))
        .collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let loaded = load::environment(&args.environment, &[])?;
    Ok(vec![(
        loaded.environment.name.to_string(),
        environment::folder(&loaded)?,
    )])
}

impl Document {
    /// Prints it, as the document of `verb` where that is wanted.
    pub(super) fn tell(&self, verb: &str, global: &Global) -> Result<ExitCode, Fault> {
        if global.json {
            json::print(verb, self)?;
            return Ok(ExitCode::SUCCESS);
        }
        if self.environments.is_empty() {
            out::line("nothing is up")?;
        }
        for taken in &self.environments {
            out::line(&match taken.found {
                "nothing" => format!("{} is not up", taken.environment),
                "leftovers" => format!("{}: what was left of it is removed", taken.environment),
                "killed" => format!("{} did not answer and was killed", taken.environment),
                _ => format!("{} is down", taken.environment),
            })?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Takes one down.
    pub(super) fn take(&mut self, name: &str, folder: &StateFolder) -> Result<(), Fault> {
        let found = match state::down(folder).map_err(|error| Fault::user(error.to_string()))? {
            Swept::Nothing => "nothing",
            Swept::Ended => "ended",
            Swept::Killed => "killed",
            Swept::Leftovers => "leftovers",
        };
        self.environments.push(Taken {
            environment: name.to_owned(),
            found,
        });
        Ok(())
    }
}
