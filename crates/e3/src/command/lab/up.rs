//! `e3 lab up`: brings a network up and keeps it. May be repeated.

use std::collections::BTreeMap;
use std::process::ExitCode;

use e3_holder::launch::{Consent, Keep};
use e3_holder::state::{self, EnvironmentId, StateFolder, StateRoot};
use e3_holder::wire::Step;
use e3_spec::{Change, Environment};
use serde::Serialize;

use crate::cli::{Global, LabUp};
use crate::environment::{self, Held, NETWORK, interrupt::Interrupt};
use crate::fault::Fault;
use crate::load::{self, Loaded};
use crate::view::View;
use crate::{json, out};

/// What `lab up` did.
#[derive(Serialize)]
struct Document {
    lab: String,
    /// `created`, `unchanged` or `recreated`.
    done: &'static str,
    /// What was different from what was up before.
    changes: Vec<Change>,
    /// How long each step took.
    steps: BTreeMap<Step, f64>,
    hosts: Vec<String>,
}

/// Brings the network up; one that is up as declared stays as it is, with its parties where it has some.
///
/// # Errors
/// What is wrong with what is declared, or with this machine.
pub fn main(args: &LabUp, global: &Global) -> Result<ExitCode, Fault> {
    let loaded = load::network(&args.declared)?;
    let folder = folder(&loaded)?;
    let wanted = &loaded.environment;
    let mut view = View::new(global);
    let interrupt = Interrupt::listen(view.speaker())?;
    let (done, changes, (launched, steps)) = loop {
        let (done, changes) = match environment::settled(&folder)? {
            None => ("created", Vec::new()),
            Some(held) => match held.differences(wanted) {
                same if same.is_empty() && !held.is_passing() => {
                    view.finish();
                    return tell(&document(wanted, "unchanged"), global);
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
            Keep::Network,
            NETWORK,
            &Consent::default(),
            &interrupt,
            |event| view.event(event),
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
    let done = Document {
        changes,
        steps,
        ..document(wanted, done)
    };
    tell(&done, global)
}

/// Where its state is kept: later verbs find it by its file, or by its name where it has none.
fn folder(loaded: &Loaded) -> Result<StateFolder, Fault> {
    if loaded.file.is_some() {
        return environment::folder(loaded);
    }
    let root = StateRoot::from_env().map_err(Fault::from)?;
    Ok(root.folder(&EnvironmentId::of_sites(loaded.environment.name.as_str())))
}

/// Takes down a network that is another; parties are not taken down for it.
fn replace(held: &Held, folder: &StateFolder) -> Result<(), Fault> {
    if !held.is_network() {
        let owner = held.owner.as_ref().map(ToString::to_string);
        return Err(Fault::user(
            "this environment is up with its parties, and otherwise than declared",
        )
        .detail(owner.unwrap_or_default())
        .hint("`e3 down` ends it"));
    }
    state::down(folder)
        .map(drop)
        .map_err(|error| Fault::user(error.to_string()))
}

fn document(environment: &Environment, done: &'static str) -> Document {
    let parties = environment.hosts.iter().map(|host| &host.name);
    let services = environment.service_hosts.iter().map(|host| &host.name);
    Document {
        lab: environment.name.to_string(),
        done,
        changes: Vec::new(),
        steps: BTreeMap::new(),
        hosts: parties.chain(services).map(ToString::to_string).collect(),
    }
}

fn tell(done: &Document, global: &Global) -> Result<ExitCode, Fault> {
    if global.json {
        json::print("lab-up", done)?;
        return Ok(ExitCode::SUCCESS);
    }
    for change in &done.changes {
        out::line(&change.to_string())?;
    }
    out::line(&match done.done {
        "unchanged" => format!("{} is up already, as declared", done.lab),
        _ => format!("{} is up: {}", done.lab, names(&done.hosts)),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The hosts, unless they are too many to be read.
fn names(hosts: &[String]) -> String {
    const MOST: usize = 12;
    match hosts.get(..MOST) {
        Some(first) if hosts.len() > MOST => {
            format!("{} and {} more", first.join(", "), hosts.len() - MOST)
        }
        _ => hosts.join(", "),
    }
}
