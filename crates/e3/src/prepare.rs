//! Before a run: what travels, the Python that runs it, the private inputs.

use std::path::PathBuf;

use e3_holder::clock::Moment;
use e3_holder::wire::{Inputs, RunAsk};
use e3_program::mpyc::check_arguments;
use e3_session::types::{Interpreter, Manifest};
use e3_spec::{Environment, ProgramKind, Scenario};

use crate::fault::Fault;
use crate::python;
use crate::travel::Travel;
use crate::view::View;

/// What a run needs of this machine.
pub struct Prepared {
    source: PathBuf,
    entry: String,
    manifest: Manifest,
    interpreter: Option<Interpreter>,
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
    if matches!(program.kind, ProgramKind::Mpyc(_)) {
        check_arguments(&program.args).map_err(|error| Fault::user(error.to_string()))?;
    }
    let travel = Travel::of(environment)?;
    for line in travel.lines() {
        view.say(&line);
    }
    let (entry, interpreter) = match &program.kind {
        ProgramKind::Mpyc(mpyc) => {
            let files = travel.program.as_ref();
            let entry = files.and_then(|files| files.entry.clone());
            (entry, Some(python::of_mpyc(mpyc, view)?))
        }
        ProgramKind::Command(command) => {
            let entry = command.line.first().cloned();
            (entry, python::of_command(command, view)?)
        }
        ProgramKind::Probe(probe) => (Some(probe.name.to_string()), None),
    };
    let Some(entry) = entry else {
        return Err(Fault::ours("a program without anything to start"));
    };
    let (source, manifest) = match travel.program {
        Some(files) => (files.folder, files.manifest),
        None => (PathBuf::new(), Manifest { files: Vec::new() }),
    };
    let sent = travel.inputs.into_iter().filter(|input| !input.on_host);
    Ok(Prepared {
        source,
        entry,
        manifest,
        interpreter,
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
    pub fn ask(
        self,
        environment: Environment,
        scenario: Option<Scenario>,
        record: PathBuf,
        began: Moment,
    ) -> RunAsk {
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
            scenario,
            record,
            began,
        }
    }
}
