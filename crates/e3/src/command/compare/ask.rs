//! From what was asked for to a plan.

use std::collections::BTreeMap;
use std::time::Duration;

use e3_evaluate::finding::SCHEMA;
use e3_evaluate::plan::words::{NETWORKS, PROGRAMS, SIZES, Word, canonical, is_one};
use e3_evaluate::plan::{Goal, Grid, Laid, Machine, Offer, Pattern, Plan, UnknownWord, suite};
use e3_holder::holder::describe_machine;

use super::offers::Offered;
use crate::cli::{Asked, Compare, GoalArgs, Suite};
use crate::fault::Fault;

/// What is asked for on the command line, of what this machine has.
///
/// # Errors
/// The user's: a word names nothing, or nothing is left to be measured.
pub fn plan(args: &Compare, offered: &[Offered]) -> Result<Plan, Fault> {
    let offers: Vec<Offer> = offered.iter().map(|one| one.offer.clone()).collect();
    let (name, mut laid) = match args.suite {
        Some(Suite::Standard) => (suite::STANDARD, suite::standard(&offers)),
        _ if !args.asked.is_empty() => ("asked", of_asked(&args.asked, &offers, &args.goal)?),
        _ => (suite::QUICK, suite::quick(&offers)),
    };
    for bench in &mut laid.benches {
        bench.goal = with(bench.goal, &args.goal);
    }
    if laid.benches.is_empty() {
        let lines: Vec<String> = left_out(&laid);
        return Err(Fault::user("nothing of this can be measured here").detail(lines.join("\n")));
    }
    let used = |one: &&Offered| {
        let ways = laid.benches.iter().flat_map(|bench| &bench.ways);
        ways.into_iter().any(|way| way.overlay == one.offer.overlay)
    };
    let mut versions: BTreeMap<String, String> = offered
        .iter()
        .filter(used)
        .flat_map(|one| one.versions.clone())
        .collect();
    versions.insert("e3".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
    let machine = describe_machine();
    Ok(Plan {
        schema: SCHEMA.to_owned(),
        suite: name.to_owned(),
        seed: args.seed,
        time: super::folder::now(),
        benches: laid.benches,
        left_out: laid.left_out,
        thresholds: Vec::new(),
        versions,
        machine: Machine {
            kernel: machine.kernel,
            processor: machine.processor,
            processors: machine.processors,
            memory: machine.memory,
        },
        command: std::env::args().collect(),
    })
}

fn left_out(laid: &Laid) -> Vec<String> {
    let lines = laid.left_out.iter();
    lines
        .map(|left| format!("  {}: {}", left.what, left.why))
        .collect()
}

/// The combinations of what is asked for, and the cells that are asked for by name.
fn of_asked(cells: &Asked, offers: &[Offer], goal: &GoalArgs) -> Result<Laid, Fault> {
    let overlays: Vec<&str> = offers.iter().map(|offer| offer.overlay.as_str()).collect();
    let goal = with(
        Goal {
            most: 25,
            ..Goal::default()
        },
        goal,
    );
    let mut laid = Laid::default();
    let axes = Asked {
        cells: Vec::new(),
        ..cells.clone()
    };
    if !axes.is_empty() {
        laid = laid.and(grid(&axes, &overlays)?.lay(offers, goal));
    }
    for name in &cells.cells {
        let pattern = Pattern::parse(name, &overlays).map_err(|wrong| unknown(&wrong))?;
        laid = laid.and(of_pattern(pattern).lay(offers, goal));
    }
    Ok(laid)
}

fn grid(cells: &Asked, overlays: &[&str]) -> Result<Grid, Fault> {
    let ways = cells.ways.iter().map(|name| canonical(name));
    let ways: Vec<String> = ways.collect();
    for way in &ways {
        if !overlays.contains(&way.as_str()) {
            return Err(Fault::user(format!("there is no way `{way}`"))
                .hint(format!("there are {}", overlays.join(", "))));
        }
    }
    Ok(Grid {
        overlays: ways,
        identities: cells.identities.clone(),
        networks: known(&cells.networks, &NETWORKS, "network", "lan")?,
        programs: known(&cells.programs, &PROGRAMS, "program", "secret-santa")?,
        sizes: known(&cells.sizes, &SIZES, "size", "small")?,
        parties: if cells.parties.is_empty() {
            vec![3]
        } else {
            cells.parties.clone()
        },
    })
}

/// Words that there are, or the default where none is said.
fn known(said: &[String], words: &[Word], what: &str, default: &str) -> Result<Vec<String>, Fault> {
    if said.is_empty() {
        return Ok(vec![default.to_owned()]);
    }
    let one = |said: &String| {
        let word = canonical(said);
        if is_one(words, &word) {
            return Ok(word);
        }
        let all: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
        Err(Fault::user(format!("there is no {what} `{said}`"))
            .hint(format!("there are {}", all.join(", "))))
    };
    said.iter().map(one).collect()
}

/// A cell by its name, where what is left out is what is usual.
fn of_pattern(pattern: Pattern) -> Grid {
    let or = |word: Option<String>, default: &str| vec![word.unwrap_or(default.to_owned())];
    Grid {
        overlays: pattern.overlay.into_iter().collect(),
        identities: pattern.identity.into_iter().collect(),
        networks: or(pattern.network, "lan"),
        programs: or(pattern.program, "secret-santa"),
        sizes: or(pattern.size, "small"),
        parties: vec![pattern.parties.unwrap_or(3)],
    }
}

fn unknown(wrong: &UnknownWord) -> Fault {
    let fault = Fault::user(wrong.to_string());
    if wrong.known.is_empty() {
        return fault;
    }
    fault.hint(format!(
        "there are {}, and numbers of parties",
        wrong.known.join(", ")
    ))
}

/// A goal with what the command line says otherwise.
fn with(goal: Goal, args: &GoalArgs) -> Goal {
    let time = args.time.map(|time| Duration::from(time).as_secs_f64());
    let most = args.rounds.unwrap_or(goal.most);
    Goal {
        precision: args
            .precision
            .map_or(goal.precision, |percent| percent / 100.0),
        least: goal.least.min(most),
        most,
        time_s: time.unwrap_or(goal.time_s),
        warm_up: goal.warm_up,
    }
}
