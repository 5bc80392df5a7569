//! Starting a holder for an environment that is not up.

use std::io;

use e3_holder::{
    launch::{Launched, ends_setup, launch},
    state::StateFolder,
    wire::{Event, Stamped},
};
use e3_spec::Environment;

use super::{from_fault, interrupt::Interrupt};
use crate::fault::Fault;

/// Brings the environment up; every event of it is handed to `each`.
///
/// # Errors
/// What the holder says; it has ended then and left nothing.
pub fn start(
    environment: &Environment,
    folder: &StateFolder,
    verb: &str,
    interrupt: &Interrupt,
    mut each: impl FnMut(&Stamped),
) -> Result<Launched, Fault> {
    let failed =
        |error: io::Error| Fault::ours(format!("the holder could not be started: {error}"));
    let mut launched = launch(environment, folder, verb).map_err(failed)?;
    interrupt.during_setup(launched.id());
    while let Some(event) = launched.next_event() {
        let event = event.map_err(failed)?;
        each(&event);
        if ends_setup(&event.event) {
            interrupt.nothing();
            if let Event::Failed(fault) = event.event {
                // It ends by itself and removes what it made; waiting makes sure of that.
                let ended = launched.end(super::interrupt::PATIENCE);
                return Err(ended.map_or_else(failed, |()| from_fault(fault)));
            }
            return Ok(launched);
        }
    }
    Err(Fault::ours("the holder ended without a word")
        .hint("its log may say more; `e3 down` removes what it left"))
}
