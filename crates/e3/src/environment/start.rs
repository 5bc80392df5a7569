//! Starting a holder for an environment that is not up.

use std::{collections::BTreeMap, io};

use e3_holder::{
    launch::{Launched, ends_setup, launch},
    state::StateFolder,
    wire::{Event, Seconds, Stamped, Step},
};
use e3_spec::Environment;

use super::{from_fault, interrupt::Interrupt};
use crate::fault::Fault;

/// Brings the environment up; every event of it is handed to `each`. Gives the holder, and how long each step took.
///
/// # Errors
/// What the holder says; it has ended then and left nothing.
pub fn start(
    environment: &Environment,
    folder: &StateFolder,
    verb: &str,
    interrupt: &Interrupt,
    mut each: impl FnMut(&Stamped),
) -> Result<(Launched, BTreeMap<Step, Seconds>), Fault> {
    let failed =
        |error: io::Error| Fault::ours(format!("the holder could not be started: {error}"));
    let mut launched = launch(environment, folder, verb).map_err(failed)?;
    interrupt.during_setup(launched.id());
    while let Some(event) = launched.next_event() {
        let event = event.map_err(failed)?;
        each(&event);
        if ends_setup(&event.event) {
            interrupt.nothing();
            return match event.event {
                Event::Done { seconds } => Ok((launched, seconds)),
                Event::Failed(fault) => {
                    // It ends by itself and removes what it made; waiting makes sure of that.
                    let ended = launched.end(super::interrupt::PATIENCE);
                    Err(ended.map_or_else(failed, |()| from_fault(fault)))
                }
                other => Err(Fault::ours(format!(
                    "the holder's set-up ended with {other:?}"
                ))),
            };
        }
    }
    Err(Fault::ours("the holder ended without a word")
        .hint("its log may say more; `e3 down` removes what it left"))
}
