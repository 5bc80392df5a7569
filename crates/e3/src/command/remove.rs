//! `e3 remove`: puts a party out of an environment that is up; the others forget it at once, and go on without it.

use std::process::ExitCode;

use e3_holder::client::Client;
use e3_holder::wire::{Ask, Event, RemovedRecord};

use crate::cli::{Global, Remove};
use crate::environment;
use crate::fault::Fault;
use crate::view::{View, words};
use crate::{json, load, out};

/// Puts parties out.
///
/// # Errors
/// What is wrong with the environment, or what its holder says.
pub fn main(args: &Remove, global: &Global) -> Result<ExitCode, Fault> {
    let loaded = load::environment(&args.environment(), &[])?;
    let folder = environment::folder(&loaded)?;
    let names = args.who.join(", ");
    match environment::settled(&folder)? {
        None => {
            return Err(Fault::user(
                "this environment is not up: there is nothing to put anybody out of",
            )
            .hint(format!("take {names} out of e3.toml before it comes up")));
        }
        Some(held) if held.is_passing() => {
            return Err(Fault::user("this environment lives no longer than the run of another command")
                .hint(format!(
                    "`e3 down` ends it for all parties at once; take {names} out of e3.toml before the next run"
                )));
        }
        Some(_) => {}
    }
    let mut view = View::new(global);
    let ask = Ask::Remove {
        parties: args.who.clone(),
    };
    let mut client = Client::ask(&folder, &ask)
        .map_err(|error| Fault::user(format!("cannot reach the environment's holder: {error}")))?;
    let answer = environment::answers(&mut client, |event| view.event(event));
    view.finish();
    let Event::Removed { removed } = answer? else {
        return Err(Fault::ours("the holder did not answer a removal with one"));
    };
    if global.json {
        json::print("remove", &*removed)?;
        return Ok(ExitCode::SUCCESS);
    }
    for line in lines(&removed) {
        out::line(&line)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(removed: &RemovedRecord) -> Vec<String> {
    let names: Vec<_> = removed
        .removed
        .iter()
        .map(|party| party.host.as_str())
        .collect();
    let names = names.join(", ");
    let left: Vec<_> = removed
        .parties
        .iter()
        .map(|party| party.host.as_str())
        .collect();
    let mut lines = vec![format!(
        "{names} is out of {}: {} have forgotten it after {}, by the roster of epoch {}",
        removed.environment,
        left.join(", "),
        words::seconds(removed.seconds),
        removed.epoch
    )];
    if let Some(what) = &removed.ended {
        lines.push(format!(
            "the run of {what} was ended: a program cannot go on without one of its parties"
        ));
    }
    for party in &removed.removed {
        lines.extend(
            party
                .stayed
                .as_ref()
                .map(|why| format!("{why}: what runs there cannot reach the others any more")),
        );
    }
    lines.push(format!(
        "{names} stays out, also after `e3 down`: take it out of e3.toml, or let it in again by `e3 up --readmit`"
    ));
    lines
}
