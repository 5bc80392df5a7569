//! Asking a holder that is up.

use std::{
    thread,
    time::{Duration, Instant},
};

use e3_holder::{
    client::Client,
    removed::RemovedParties,
    state::{Holding, Lock, Owner, StateFolder},
    wire::{Ask, Event, Stamped},
};
use e3_spec::{Change, Effect, Environment};

use super::from_fault;
use crate::fault::Fault;

/// How long an environment may take to come up or to end before a command stops waiting for it.
const SETTLING: Duration = Duration::from_mins(2);
/// Between two looks at one that does.
const PAUSE: Duration = Duration::from_millis(50);

/// The verb that brings a network up without parties.
pub const NETWORK: &str = "lab up";

/// An environment that is up.
#[derive(Debug)]
pub struct Held {
    /// Who keeps it, unless it is just starting or ending.
    pub owner: Option<Owner>,
    /// What is up.
    pub environment: Option<Environment>,
    /// Who was put out of it, or of what was up before.
    pub removed: RemovedParties,
}

impl Held {
    /// Whether it lives only as long as somebody else's command.
    pub fn is_passing(&self) -> bool {
        self.owner.as_ref().is_some_and(|owner| owner.verb == "run")
    }

    /// Whether only its network is up.
    pub fn is_network(&self) -> bool {
        self.owner
            .as_ref()
            .is_some_and(|owner| owner.verb == NETWORK)
    }

    /// The hosts whose parties were put out of it while it was up.
    pub fn put_out(&self) -> Vec<String> {
        let hosts = self.environment.iter().flat_map(|up| &up.hosts);
        let names = hosts.map(|host| host.name.to_string());
        names.filter(|name| self.removed.contains(name)).collect()
    }

    /// Where what is up differs from what is asked for, beyond the program: that may differ from run to run.
    /// Who was put out may be named still, or not any more.
    pub fn differences(&self, asked: &Environment) -> Vec<Change> {
        let Some(up) = &self.environment else {
            return Vec::new();
        };
        let changes = differences(up, asked);
        let gone = self.put_out();
        if changes.is_empty() || gone.is_empty() {
            return changes;
        }
        let left = differences(&up.without(&gone), asked);
        if left.is_empty() { left } else { changes }
    }
}

fn differences(up: &Environment, asked: &Environment) -> Vec<Change> {
    let changes = e3_spec::diff(up, asked).into_iter();
    changes
        .filter(|change| change.effect() > Effect::NextRun)
        .collect()
}

/// The environment, if somebody keeps it, whether it answers already or not.
///
/// # Errors
/// Its state cannot be read.
pub fn held(folder: &StateFolder) -> Result<Option<Held>, Fault> {
    let Holding::Somebody(owner) = Lock::holding(folder).map_err(Fault::from)? else {
        return Ok(None);
    };
    let environment = folder.read("environment.json").map_err(Fault::from)?;
    Ok(Some(Held {
        owner,
        environment,
        removed: RemovedParties::of(folder).map_err(from_fault)?,
    }))
}

/// The environment once it neither comes up nor ends: up and answering, or nothing.
///
/// # Errors
/// Its state cannot be read, or it does not settle.
pub fn settled(folder: &StateFolder) -> Result<Option<Held>, Fault> {
    let end = Instant::now() + SETTLING;
    loop {
        match held(folder)? {
            Some(held) if !held.is_passing() && !answers_now(folder) => {
                if Instant::now() > end {
                    return Err(changing(held.owner.as_ref()));
                }
                thread::sleep(PAUSE);
            }
            settled => return Ok(settled),
        }
    }
}

fn answers_now(folder: &StateFolder) -> bool {
    e3_holder::state::connect(folder).is_ok()
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
    match Client::ask(folder, ask) {
        Ok(mut client) => answers(&mut client, |_| {}),
        Err(_) => Err(match held(folder)? {
            Some(held) => changing(held.owner.as_ref()),
            None => not_up(),
        }),
    }
}

/// It is being brought up or taken down.
fn changing(owner: Option<&Owner>) -> Fault {
    let by = owner.map_or_else(
        || "a command that just starts".to_owned(),
        ToString::to_string,
    );
    Fault::user(format!("this environment is coming up or ending: {by}"))
        .hint("try again in a moment; `e3 down` ends it in any case")
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
