//! `e3 up`: brings an environment up and keeps it. May be repeated.

use std::collections::BTreeMap;
use std::process::ExitCode;

use e3_holder::beforehand;
use e3_holder::launch::{Consent, Keep};
use e3_holder::state::{self, StateFolder};
use e3_holder::wire::{Ask, Event, Status, Step};
use e3_spec::{Change, Environment};
use serde::Serialize;

use crate::cli::{Global, Up};
use crate::environment::{self, Held, interrupt::Interrupt};
use crate::fault::Fault;
use crate::view::View;
use crate::{json, load, out};

/// What `up` did.
#[derive(Serialize)]
struct Document {
    environment: String,
    /// `created`, `unchanged` or `recreated`.
    done: &'static str,
    /// What was different from what was up before.
    changes: Vec<Change>,
    /// How long each step took.
    steps: BTreeMap<Step, f64>,
    /// Who was put out of what is up, and stays out.
    removed: Vec<String>,
}

/// Brings the environment up; one that is up as declared stays as it is, another is made anew.
///
/// # Errors
/// What is wrong with the environment, or with this machine.
pub fn main(args: &Up, global: &Global) -> Result<ExitCode, Fault> {
    let loaded = load::environment(&args.environment, &[])?;
    loaded.tell_notes();
    let Some(_) = &loaded.file else {
        return Err(Fault::user(
            "`e3 up` needs an e3.toml, so that later commands find what is up",
        )
        .hint("`e3 init` writes one; `e3 run --program FILE` needs none"));
    };
    let folder = environment::folder(&loaded)?;
    let wanted = &loaded.environment;
    let consent = Consent {
        insecure: args.insecure,
        accept: args.accept.clone(),
        readmit: args.readmit.clone(),
    };
    beforehand::check(wanted, &consent.accept).map_err(environment::from_fault)?;
    let mut view = View::new(global);
    let interrupt = Interrupt::listen(view.speaker())?;
    let (done, changes, (launched, steps)) = loop {
        let (done, changes) = match environment::settled(&folder)? {
            None => ("created", Vec::new()),
            Some(held) => match held.differences(wanted) {
                same if same.is_empty() && stays(&held, &args.readmit) => {
                    view.finish();
                    return tell(&unchanged(wanted, held.put_out()), global);
                }
                changes => {
                    replace(&held, &folder)?;
                    ("recreated", changes)
                }
            },
        };
        let started = environment::start(
            wanted,
            &folder,
            Keep::Parties,
            "up",
            &consent,
            &interrupt,
            |event| {
                view.event(event);
            },
        );
        if started.is_err() {
            view.finish();
        }
        // Where another command was quicker, what it has brought up may be what is wanted.
        if let Some(started) = started? {
            break (done, changes, started);
        }
    };
    view.finish();
    launched
        .let_stay()
        .map_err(|error| Fault::ours(format!("cannot let go of the holder: {error}")))?;
    tell(
        &Document {
            environment: wanted.name.to_string(),
            done,
            changes,
            steps,
            removed: Vec::new(),
        },
        global,
    )
}

/// Whether what is up is what is wanted, as far as it is as declared.
fn stays(held: &Held, readmit: &[String]) -> bool {
    let returns = held.put_out().iter().any(|name| readmit.contains(name));
    !held.is_passing() && !held.is_network() && !returns
}

fn unchanged(environment: &Environment, removed: Vec<String>) -> Document {
    Document {
        environment: environment.name.to_string(),
        done: "unchanged",
        changes: Vec::new(),
        steps: BTreeMap::new(),
        removed,
    }
}

/// Takes down what is up, unless somebody uses it.
fn replace(held: &Held, folder: &StateFolder) -> Result<(), Fault> {
    let in_use = |what: String| {
        Err(
            Fault::user(format!("the environment is up and in use: {what}"))
                .hint("wait for it to end, or end it by `e3 down`"),
        )
    };
    if held.is_passing() {
        return in_use(
            held.owner
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        );
    }
    if held.is_network() {
        return end(folder);
    }
    let status: Option<Box<Status>> = match environment::one_answer(folder, &Ask::Status)? {
        Event::Status { status } => Some(status),
        _ => None,
    };
    if let Some(run) = status.and_then(|status| status.running) {
        return in_use(format!("a run of {run}"));
    }
    end(folder)
}

fn end(folder: &StateFolder) -> Result<(), Fault> {
    state::down(folder)
        .map(drop)
        .map_err(|error| Fault::user(error.to_string()))
}

fn tell(done: &Document, global: &Global) -> Result<ExitCode, Fault> {
    if global.json {
        json::print("up", done)?;
    } else {
        for change in &done.changes {
            out::line(&change.to_string())?;
        }
        out::line(&match done.done {
            "unchanged" if done.removed.is_empty() => {
                format!("{} is up already, as declared", done.environment)
            }
            "unchanged" => format!(
                "{} is up already, without {}, which `e3 remove` has put out; `--readmit` lets in again",
                done.environment,
                done.removed.join(", ")
            ),
            _ => format!("{} is up", done.environment),
        })?;
    }
    Ok(ExitCode::SUCCESS)
}
