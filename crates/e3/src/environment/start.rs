//! Starting a holder for an environment that is not up.

use std::{collections::BTreeMap, io};

use e3_holder::{
    launch::{Keep, Launched, launch},
    state::{self, StateFolder},
    wire::{Event, Seconds, Stamped, Step},
};
use e3_spec::Environment;

use super::{
    from_fault,
    interrupt::{Interrupt, PATIENCE},
};
use crate::fault::Fault;

/// Brings the environment up; every event of it is handed to `each`. Gives the holder, and how long each step took.
///
/// # Errors
/// What the holder says, or that Ctrl-C was pressed; it has ended then and left nothing.
pub fn start(
    environment: &Environment,
    folder: &StateFolder,
    keep: Keep,
    verb: &str,
    interrupt: &Interrupt,
    each: impl FnMut(&Stamped),
) -> Result<(Launched, BTreeMap<Step, Seconds>), Fault> {
    let mut launched =
        launch(environment, folder, keep, verb).map_err(|error| not_started(&error))?;
    interrupt.during_setup(launched.id());
    let ended = set_up(&mut launched, each);
    interrupt.nothing();
    match ended {
        Ok(steps) => Ok((launched, steps)),
        Err(fault) => {
            // It ends by itself; waiting makes sure of that.
            end(launched, folder)?;
            Err(interrupt.explain(fault))
        }
    }
}

/// Ends a holder that this command started, and removes what is left if it could not do so itself.
///
/// # Errors
/// It cannot be ended, or something cannot be removed.
pub fn end(launched: Launched, folder: &StateFolder) -> Result<(), Fault> {
    let status = launched
        .end(PATIENCE)
        .map_err(|error| Fault::ours(format!("cannot end the holder: {error}")))?;
    if status.code().is_none() {
        state::tidy(folder).map_err(|error| Fault::user(error.to_string()))?;
    }
    Ok(())
}

/// Follows the holder until the environment is up.
fn set_up(
    launched: &mut Launched,
    mut each: impl FnMut(&Stamped),
) -> Result<BTreeMap<Step, Seconds>, Fault> {
    while let Some(event) = launched.next_event() {
        let event = event.map_err(|error| not_started(&error))?;
        each(&event);
        match event.event {
            Event::Done { seconds } => return Ok(seconds),
            Event::Failed(fault) => return Err(from_fault(fault)),
            _ => {}
        }
    }
    Err(Fault::ours("the holder ended without a word"))
}

fn not_started(error: &io::Error) -> Fault {
    Fault::ours(format!("the holder could not be started: {error}"))
}
