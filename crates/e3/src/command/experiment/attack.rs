//! `e3 experiment attack`, which a comparison starts: one attack on one overlay, in a process and namespaces of its own.

use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use e3_conformance::subject::{About, begin, serve, subject};
use e3_conformance::trust::Scheme;
use e3_experiment::{Order, conduct, headscale};
use e3_lab::{EnterOptions, Role, enter};
use e3_sys::process::{exit_now, tie_to_thread};

use crate::cli::{Attack, Subject};
use crate::fault::Fault;
use crate::out;
use crate::overlays::registry;

/// No experiment takes as long, however busy the machine.
const LIMIT: Duration = Duration::from_mins(4);

/// The exit code where it does.
const LATE: i32 = 2;

/// Is the agent of a party that is attacked.
///
/// # Errors
/// The user's: there is no such overlay. The conversation fails.
pub fn agent(subject: &Subject) -> Result<ExitCode, Fault> {
    // Each connection of a program takes one.
    e3_sys::files::allow_many();
    begin(about(subject)?).map_err(|error| Fault::user(error.to_string()))?;
    serve().map_err(|error| Fault::ours(format!("{error:#}")))?;
    Ok(ExitCode::SUCCESS)
}

/// Attacks.
///
/// # Errors
/// The user's: there is no such overlay or attack. The machine's: no namespaces can be made.
pub fn main(attacked: &Attack) -> Result<ExitCode, Fault> {
    let about = about(&attacked.subject)?;
    let name = serde_json::Value::String(attacked.what.clone());
    let attack = serde_json::from_value(name)
        .map_err(|error| Fault::user(format!("there is no such attack: {error}")))?;
    let no_namespaces = |error: &dyn std::fmt::Display| Fault::user(error.to_string());
    match enter(EnterOptions::default()).map_err(|error| no_namespaces(&error))? {
        Role::Guardian(guardian) => {
            let code = guardian.wait().map_err(|error| no_namespaces(&error))?;
            return Ok(ExitCode::from(u8::try_from(code).unwrap_or(2)));
        }
        Role::Inside => {}
    }
    let late = format!("the experiment has not ended within {} s", LIMIT.as_secs());
    thread::spawn(move || {
        thread::sleep(LIMIT);
        out::aside(&late);
        exit_now(LATE);
    });
    let falsehoods = match about.overlay {
        "headscale" => headscale::FALSEHOODS,
        _ => &[],
    };
    let order = Order {
        falsehoods,
        ..Order::new(about, attack)
    };
    let mut found = conduct(&order).map_err(|error| Fault::user(format!("{error:#}")))?;
    let mut command = vec!["e3", "experiment", "attack", "--overlay", about.overlay];
    command.extend(["--identity", &found.identity, "--attack", &attacked.what]);
    if let Some(name) = &attacked.name {
        command.extend(["--as", name]);
    }
    let command = command.into_iter().map(str::to_owned).collect();
    found.command = command;
    if let Some(name) = &attacked.name {
        found.overlay.clone_from(name);
    }
    let found = serde_json::to_string(&found).map_err(|error| {
        Fault::ours(format!("what was found cannot be written as JSON: {error}"))
    })?;
    out::line(&found)?;
    Ok(ExitCode::SUCCESS)
}

/// What this process is about.
fn about(subject: &Subject) -> Result<About, Fault> {
    let overlay = registry().make(&subject.overlay).ok_or_else(|| {
        let all = registry();
        let names: Vec<_> = all.names().collect();
        Fault::user(format!(
            "there is no overlay `{}`: expected one of {}",
            subject.overlay,
            names.join(", ")
        ))
    })?;
    Ok(About {
        scheme: subject.identity.as_deref().and_then(Scheme::of_word),
        // Whatever words somebody who lies is refused with, refused is what it is.
        refusals: &[""],
        agent: starting_agent,
        ..About::overlay(overlay.name(), registry)
    })
}

/// What starts an agent of this process's subject.
fn starting_agent() -> Command {
    let own = env::current_exe().unwrap_or_else(|_| PathBuf::from("/proc/self/exe"));
    let mut command = Command::new(own);
    command.args(["experiment", "agent"]);
    if let Ok(subject) = subject() {
        command.args(["--overlay", subject.overlay]);
        if let Some(scheme) = subject.scheme() {
            command.args(["--identity", scheme.as_str()]);
        }
    }
    tie_to_thread(&mut command);
    command
}
