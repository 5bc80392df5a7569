//! Before a run: what travels, the Python that runs it, the private inputs.

use std::path::PathBuf;

use e3_holder::clock::Moment;
use e3_holder::wire::{Inputs, RunAsk};
use e3_program::mpyc::check_arguments;
use e3_program::python::{Progress, PythonEnv, cache_folder};
use e3_session::types::{Interpreter, Manifest};
use e3_spec::{Environment, Mpyc, ProgramKind};

use crate::fault::Fault;
use crate::travel::Travel;
use crate::view::View;

/// What a run needs of this machine.
pub struct Prepared {
    source: PathBuf,
    entry: String,
    manifest: Manifest,
    interpreter: Interpreter,
    inputs: Vec<Inputs>,
}

/// Finds everything that a run needs, and says what will travel.
///
/// # Errors
/// The user's: no program, files that may not travel, no Python.
pub fn prepare(environment: &Environment, view: &mut View) -> Result<Prepared, Fault> {
    let Some(program) = &environment.program else {
        return Err(
            Fault::user(format!("{} names no program", environment.name))
                .hint("name one by `--program FILE`, or in e3.toml: [program] path = \"FILE\""),
        );
    };
    check_arguments(&program.args).map_err(|error| Fault::user(error.to_string()))?;
    let travel = Travel::of(environment)?;
    for line in travel.lines() {
        view.say(&line);
    }
    let Some(files) = travel.program else {
        return Err(Fault::ours("a program without files"));
    };
    let ProgramKind::Mpyc(mpyc) = &program.kind;
    let sent = travel.inputs.into_iter().filter(|input| !input.on_host);
    Ok(Prepared {
        source: files.folder,
        entry: files.entry,
        manifest: files.manifest,
        interpreter: python(mpyc, view)?,
        inputs: sent
            .map(|input| Inputs {
                host: input.host,
                file: input.path,
            })
            .collect(),
    })
}

impl Prepared {
    /// The question to a holder.
    pub fn ask(self, environment: Environment, record: PathBuf, began: Moment) -> RunAsk {
        let Self {
            source,
            entry,
            manifest,
            interpreter,
            inputs,
        } = self;
        RunAsk {
            environment,
            source,
            manifest,
            entry,
            interpreter,
            inputs,
            record,
            began,
        }
    }
}

/// The user's own Python, or E³'s, which is made now if it is not there yet: inside the lab there is no Internet.
fn python(mpyc: &Mpyc, view: &mut View) -> Result<Interpreter, Fault> {
    let failed = |error: e3_program::python::PythonError| {
        Fault::user(error.to_string()).hint("`e3 doctor` says what this machine lacks")
    };
    let found = if let Some(path) = &mpyc.python {
        PythonEnv::named(path.as_ref())
    } else {
        let cache = cache_folder().map_err(failed)?;
        PythonEnv::ensure(&cache, &mut |progress| view.doing(&words(&progress)))
    };
    let found = found.map_err(failed)?;
    match &mpyc.version {
        Some(version) if found.runtime != format!("mpyc {version}") => Err(Fault::user(format!(
            "the environment asks for mpyc {version}, and this Python has {}",
            found.runtime
        ))
        .hint("name a Python that has it by `program.python`, or leave `program.mpyc` out")),
        _ => Ok(found.interpreter),
    }
}

fn words(progress: &Progress) -> String {
    match progress {
        Progress::Waiting => "waiting for another e3 that makes the Python environment".to_owned(),
        Progress::Creating { python, version } => {
            format!(
                "making a Python environment with {} ({version}); this happens once",
                python.display()
            )
        }
        Progress::Installing => {
            "installing MPyC, numpy, gmpy2 and uvloop; this happens once".to_owned()
        }
    }
}
