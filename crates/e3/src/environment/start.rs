//! Starting a holder for an environment that is not up.

use std::{
    collections::BTreeMap, io, os::unix::process::ExitStatusExt, path::Path, process::ExitStatus,
};

use e3_holder::{
    launch::{Consent, Keep, Launched, launch},
    state::{self, StateFolder},
    wire::{Event, FaultKind, Seconds, Stamped, Step},
};
use e3_spec::Environment;

use super::{
    from_fault,
    interrupt::{Interrupt, PATIENCE},
};
use crate::fault::Fault;

/// A holder that this command has started, and how long each step took.
pub type Started = (Launched, BTreeMap<Step, Seconds>);

/// Brings the environment up: `how` is the verb, and the hosts whose parties may be others than they were. Every event
/// of it is handed to `each`. `None` if another command was quicker.
///
/// # Errors
/// What the holder says, or that Ctrl-C was pressed; it has ended then and left nothing.
pub fn start(
    environment: &Environment,
    folder: &StateFolder,
    keep: Keep,
    verb: &str,
    consent: &Consent,
    interrupt: &Interrupt,
    each: impl FnMut(&Stamped),
) -> Result<Option<Started>, Fault> {
    let mut launched =
        launch(environment, folder, keep, verb, consent).map_err(|error| not_started(&error))?;
    interrupt.during_setup(launched.id());
    let ended = set_up(&mut launched, each);
    interrupt.nothing();
    match ended {
        Ok(steps) => Ok(Some((launched, steps))),
        Err(why) => {
            // It ends by itself; waiting makes sure of that.
            let status = end(launched, folder)?;
            let fault = match why {
                Why::Held => return Ok(None),
                Why::Fault(fault) => fault,
                Why::NoWord => without_a_word(status),
            };
            Err(interrupt.explain(fault))
        }
    }
}

/// Why an environment did not come up.
enum Why {
    /// Another command was quicker.
    Held,
    /// The holder said why.
    Fault(Fault),
    /// It ended without saying anything.
    NoWord,
}

/// Ends a holder that this command started, and removes what is left if it could not do so itself.
///
/// # Errors
/// It cannot be ended, or something cannot be removed.
pub fn end(launched: Launched, folder: &StateFolder) -> Result<ExitStatus, Fault> {
    let status = launched
        .end(PATIENCE)
        .map_err(|error| Fault::ours(format!("cannot end the holder: {error}")))?;
    if status.code().is_none() {
        state::tidy(folder).map_err(|error| Fault::user(error.to_string()))?;
    }
    Ok(status)
}

/// Follows the holder until the environment is up.
fn set_up(
    launched: &mut Launched,
    mut each: impl FnMut(&Stamped),
) -> Result<BTreeMap<Step, Seconds>, Why> {
    while let Some(event) = launched.next_event() {
        let event = event.map_err(|error| Why::Fault(not_started(&error)))?;
        if matches!(&event.event, Event::Failed(fault) if fault.kind == FaultKind::Held) {
            return Err(Why::Held);
        }
        each(&event);
        match event.event {
            Event::Done { seconds } => return Ok(seconds),
            Event::Failed(fault) => return Err(Why::Fault(from_fault(fault))),
            _ => {}
        }
    }
    Err(Why::NoWord)
}

fn not_started(error: &io::Error) -> Fault {
    if !Path::new("/proc/self").exists() {
        return Fault::user("there is no /proc here, which every Linux has")
            .hint("mount it: mount -t proc proc /proc");
    }
    Fault::user(format!("the holder could not be started: {error}"))
}

/// The guardian ends with a signal's number above 128 where one has ended what it guards.
fn without_a_word(status: ExitStatus) -> Fault {
    let inside = status.code().and_then(|code| code.checked_sub(128));
    match status.signal().or(inside) {
        Some(signal) => Fault::user(format!(
            "the environment's holder was ended by signal {signal} while it came up"
        ))
        .hint("nothing of it is left; if nobody ended it, the machine may have run out of memory"),
        None => Fault::ours("the holder ended without a word"),
    }
}
