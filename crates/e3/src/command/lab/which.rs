//! Which lab a verb means, and asking it.

use std::path::Path;

use e3_holder::state::{EnvironmentId, StateFolder, StateRoot};
use e3_holder::wire::{Ask, Event, LabAnswer, LabAsk, PlayedRecord};
use e3_spec::Environment;

use crate::cli::EnvironmentArgs;
use crate::environment;
use crate::fault::Fault;
use crate::load;
use crate::scenario;

/// What a lab of sites is called when nobody says.
const DEFAULT: &str = "lab";

/// A lab that may be up.
pub(super) struct Which {
    /// Its name.
    pub(super) name: String,
    /// Where its state is kept.
    pub(super) folder: StateFolder,
}

/// The lab that is named: by its e3.toml, or by the name that its sites were given. Without a name it is that of this
/// folder, or else the one of that name that is there when nobody says.
///
/// # Errors
/// The user's: there is no such file, and no such lab is up.
pub(super) fn which(said: Option<&Path>) -> Result<Which, Fault> {
    let root = StateRoot::from_env().map_err(Fault::from)?;
    let args = EnvironmentArgs {
        path: said.map(Path::to_owned),
        ..EnvironmentArgs::default()
    };
    let not_found = match load::file(&args) {
        Ok(file) => return declared(&root, &args, &file.absolute),
        Err(fault) => fault,
    };
    let name = match said {
        None => DEFAULT,
        // What has a folder before it, or an ending, is meant as a path.
        Some(path) => match path.to_str() {
            Some(name) if !name.contains(['/', '.']) => name,
            _ => return Err(not_found),
        },
    };
    Ok(Which {
        name: name.to_owned(),
        folder: root.folder(&EnvironmentId::of_sites(name)),
    })
}

/// What is up by a file, whatever that says by now; else what it declares.
fn declared(root: &StateRoot, args: &EnvironmentArgs, file: &Path) -> Result<Which, Fault> {
    let all = root.all().map_err(Fault::from)?;
    if let Some(id) = all.into_iter().find(|id| id.is_declared_in(file)) {
        return Ok(Which {
            name: id.name().to_owned(),
            folder: root.folder(&id),
        });
    }
    let loaded = load::environment(args, &[])?;
    Ok(Which {
        name: loaded.environment.name.to_string(),
        folder: environment::folder(&loaded)?,
    })
}

impl Which {
    /// Asks something that has one answer.
    ///
    /// # Errors
    /// It is not up, or what its holder says.
    pub(super) fn ask(&self, ask: LabAsk) -> Result<LabAnswer, Fault> {
        self.must_be_up()?;
        match environment::one_answer(&self.folder, &Ask::Lab(ask))? {
            Event::Lab { answer } => Ok(*answer),
            other => Err(unexpected(&other)),
        }
    }

    /// What is up.
    ///
    /// # Errors
    /// Nothing is.
    pub(super) fn environment(&self) -> Result<Environment, Fault> {
        self.must_be_up()?;
        let held = environment::held(&self.folder)?;
        let found = held.and_then(|held| held.environment);
        found.ok_or_else(|| Fault::user(format!("`{}` is just coming up or ending", self.name)))
    }

    /// Lets something happen now that a scenario's line says.
    ///
    /// # Errors
    /// The lab is not up, or it cannot happen there.
    pub(super) fn act(&self, words: &str) -> Result<Vec<PlayedRecord>, Fault> {
        let scenario = scenario::now(words, &self.environment()?)?;
        match self.ask(LabAsk::Act(Box::new(scenario)))? {
            LabAnswer::Played(done) => Ok(done),
            other => Err(unexpected(&other)),
        }
    }

    /// # Errors
    /// It is not up.
    pub(super) fn must_be_up(&self) -> Result<(), Fault> {
        if environment::held(&self.folder)?.is_some() {
            return Ok(());
        }
        Err(Fault::user(format!("`{}` is not up", self.name)).hint(
            "`e3 lab up` brings up the network of an e3.toml, `e3 lab up --site ams3 --site nyc3` one of sites",
        ))
    }
}

/// The holder said something that does not belong here.
pub(super) fn unexpected(answer: &impl std::fmt::Debug) -> Fault {
    Fault::ours(format!("the holder answered with {answer:?}"))
}
