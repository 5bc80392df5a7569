//! `e3 lab link`: what the paths between two sites do to packets; changes it when something is said.

use std::process::ExitCode;

use e3_holder::wire::{LabAnswer, LabAsk, PathStatus, PlayedRecord};
use serde::Serialize;

use super::paths;
use super::which::{unexpected, which};
use crate::cli::{Global, LabLink};
use crate::fault::Fault;
use crate::{json, out};

/// The paths as they are now.
#[derive(Serialize)]
struct Document {
    changed: Vec<PlayedRecord>,
    paths: Vec<PathStatus>,
}

/// Changes what is to be changed, and shows what holds then.
///
/// # Errors
/// The lab is not up, or it has no such path; what is wrong with the change.
pub fn main(args: &LabLink, global: &Global) -> Result<ExitCode, Fault> {
    let which = which(args.lab.env.as_deref())?;
    let words = words(args);
    let changed = if words.is_empty() {
        Vec::new()
    } else {
        let arrow = if args.one_way { "→" } else { "–" };
        which.act(&format!("{} {arrow} {} {words}", args.a, args.b))?
    };
    let ask = LabAsk::Link {
        a: args.a.clone(),
        b: args.b.clone(),
    };
    let paths = match which.ask(ask)? {
        LabAnswer::Paths(paths) => paths,
        other => return Err(unexpected(&other)),
    };
    if global.json {
        json::print("lab-link", &Document { changed, paths })?;
    } else {
        for line in paths::lines(&paths) {
            out::line(&line)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The change in the words of a scenario.
fn words(args: &LabLink) -> String {
    let valued =
        |word: &str, value: &Option<String>| value.as_ref().map(|value| format!("{word} {value}"));
    let down = args.down.as_ref().map(|time| match time.as_str() {
        "" => "down".to_owned(),
        time => format!("down for {time}"),
    });
    let words = [
        args.restore.then(|| "restore".to_owned()),
        valued("delay", &args.delay),
        valued("jitter", &args.jitter),
        valued("loss", &args.loss),
        valued("rate", &args.rate),
        valued("reorder", &args.reorder),
        valued("duplicate", &args.duplicate),
        down,
        args.up.then(|| "up".to_owned()),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
