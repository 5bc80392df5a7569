//! Asking a holder that is up.

use e3_holder::{
    client::Client,
    state::{Lock, Owner, StateFolder},
    wire::{Ask, Event, Stamped},
};
use e3_spec::{Change, Effect, Environment};

use super::from_fault;
use crate::fault::Fault;

/// An environment that is up.
#[derive(Debug)]
pub struct Held {
    /// Who keeps it, unless it is just starting or ending.
    pub owner: Option<Owner>,
    /// What is up.
    pub environment: Option<Environment>,
}

impl Held {
    /// Whether it lives only as long as somebody else's command.
    pub fn is_passing(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.verb == "run")
    }

    /// Where what is up differs from what is asked for, beyond the program: that may differ from run to run.
    pub fn differences(&self, asked: &Environment) -> Vec<Change> {
        let changes = self.environment.as_ref().map(|up| e3_spec::diff(up, asked));
        changes
            .unwrap_or_default()
            .into_iter()
            .filter(|change| change.effect() > Effect::NextRun)
            .collect()
    }
}

/// The environment, if somebody keeps it.
///
/// # Errors
/// Its state cannot be read.
pub fn held(folder: &StateFolder) -> Result<Option<Held>, Fault> {
    let Some(owner) = Lock::holder(folder).map_err(Fault::from)? else {
        return Ok(None);
    };
    let environment = folder.read("environment.json").map_err(Fault::from)?;
    Ok(Some(Held { owner, environment }))
}

/// Asks, and hands every answer to `each` until one is final, which is returned.
///
/// # Errors
/// What the holder says, or that it has died.
pub fn answers(client: &mut Client, mut each: impl FnMut(&Stamped)) -> Result<Event, Fault> {
    for answer in client {
        let answer = answer.map_err(|error| gone(&error.to_string()))?;
        each(&answer);
        match answer.event {
            Event::Failed(fault) => return Err(from_fault(fault)),
            event if event.is_final() => return Ok(event),
            _ => {}
        }
    }
    Err(gone("it closed the connection"))
}

/// Asks something that has one answer.
///
/// # Errors
/// Nothing is up, or what the holder says.
pub fn one_answer(folder: &StateFolder, ask: &Ask) -> Result<Event, Fault> {
    let mut client = Client::ask(folder, ask).map_err(|_| not_up())?;
    answers(&mut client, |_| {})
}

/// Nothing is up.
fn not_up() -> Fault {
    Fault::user("this environment is not up")
        .hint("`e3 up` brings it up; `e3 run` needs no `up` before it")
}

fn gone(why: &str) -> Fault {
    Fault::user(format!("the environment's holder has ended: {why}"))
        .hint("`e3 down` removes what it left, if it left anything")
}
