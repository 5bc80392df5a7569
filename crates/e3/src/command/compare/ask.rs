//! From what was asked for to a plan.

use std::collections::BTreeMap;
use std::time::Duration;

use e3_evaluate::finding::SCHEMA;
use e3_evaluate::plan::words::{
    IDENTITIES, NETWORKS, OWN, PROGRAMS, SIZES, Word, canonical, is_one,
};
use e3_evaluate::plan::{Goal, Grid, Laid, Offer, Part, Pattern, Plan, UnknownWord, WAYS, suite};

use super::offers::Offered;
use super::others::{Others, others};
use super::own::Own;
use super::sitting;
use crate::cli::{Asked, Compare, GoalArgs, Suite};
use crate::fault::Fault;

/// What is drawn from where nobody says.
const SEED: u64 = 1;

/// What is asked for, of what this machine has.
///
/// # Errors
/// The user's: a word names nothing, or nothing is left to be measured.
pub fn plan(args: &Compare, own: Option<&Own>, offered: &[Offered]) -> Result<Plan, Fault> {
    let offers: Vec<Offer> = offered.iter().map(|one| one.offer.clone()).collect();
    let (name, mut laid) = match args.suite {
        Some(Suite::Standard) => (suite::STANDARD, suite::standard(&offers)),
        _ if !args.asked.is_empty() => ("asked", of_asked(args, own, &offers)?),
        _ => (suite::QUICK, suite::quick(&offers)),
    };
    for bench in &mut laid.benches {
        bench.goal = with(bench.goal, &args.goal);
    }
    let parts = parts(args, name);
    if !parts.contains(&Part::Performance) {
        laid.benches.clear();
        // What a machine lacks, all parts lack.
        let lacks = |what: &str| offers.iter().any(|offer| offer.overlay == what);
        laid.left_out.retain(|left| lacks(&left.what));
    }
    let is_own_asked = laid.benches.iter().any(|bench| bench.work.is_own());
    let Others {
        trials,
        observed,
        observed_s,
        counted,
        left_out,
    } = others(name, &parts, &offers, args)?;
    laid.left_out.extend(left_out);
    if laid.benches.is_empty() && trials.is_empty() && observed.is_empty() && counted.is_empty() {
        let lines: Vec<String> = said_left_out(&laid);
        return Err(Fault::user("nothing of this can be done here").detail(lines.join("\n")));
    }
    let mut plan = Plan {
        schema: SCHEMA.to_owned(),
        suite: name.to_owned(),
        seed: args.seed.unwrap_or(SEED),
        time: super::folder::now(),
        versions: BTreeMap::new(),
        machine: sitting::machine(),
        benches: laid.benches,
        own: own.filter(|_| is_own_asked).map(Own::planned),
        trials,
        observed,
        observed_s,
        counted,
        limit_s: (name == suite::QUICK).then_some(suite::QUICK_LIMIT_S),
        left_out: laid.left_out,
        thresholds: Vec::new(),
        command: command(),
    };
    let overlays = plan.overlays();
    let used = |one: &&Offered| overlays.contains(one.offer.overlay.as_str());
    plan.versions = sitting::versions(offered.iter().filter(used));
    Ok(plan)
}

/// What is looked at: all of a suite; of what is asked for otherwise what can be measured; or what is said.
fn parts(args: &Compare, suite: &str) -> Vec<Part> {
    if !args.only.is_empty() {
        return args.only.iter().copied().map(Part::from).collect();
    }
    match suite {
        suite::QUICK | suite::STANDARD => Part::ALL.to_vec(),
        _ => vec![Part::Performance],
    }
}

fn said_left_out(laid: &Laid) -> Vec<String> {
    let lines = laid.left_out.iter();
    lines
        .map(|left| format!("  {}: {}", left.what, left.why))
        .collect()
}

/// The command that was given, by the name that it has everywhere.
fn command() -> Vec<String> {
    let arguments = std::env::args().skip(1);
    std::iter::once("e3".to_owned()).chain(arguments).collect()
}

/// The combinations of what is asked for, and the cells that are asked for by name.
fn of_asked(args: &Compare, own: Option<&Own>, offers: &[Offer]) -> Result<Laid, Fault> {
    let goal = with(
        Goal {
            most: 25,
            ..Goal::default()
        },
        &args.goal,
    );
    let mut laid = Laid::default();
    let axes = Asked {
        cells: Vec::new(),
        ..args.asked.clone()
    };
    if !axes.is_empty() {
        laid = laid.and(lay(grid(&axes)?, own, offers, goal)?);
    }
    for name in &args.asked.cells {
        let pattern = parse(name)?;
        laid = laid.and(lay(of_pattern(pattern), own, offers, goal)?);
    }
    Ok(laid)
}

/// What comes of a grid, one of whose networks may be that of somebody's own environment.
fn lay(mut grid: Grid, own: Option<&Own>, offers: &[Offer], goal: Goal) -> Result<Laid, Fault> {
    let asked = grid.networks.len();
    grid.networks.retain(|network| network != OWN);
    let mut laid = Laid::default();
    if grid.networks.len() < asked {
        let own = own.ok_or_else(|| {
            Fault::user(
                "network `own` is that of an e3.toml with hosts and a program, and there is none",
            )
            .hint("name it: `e3 compare PATH --network own`")
        })?;
        own.check()?;
        laid = grid.lay_own(own.parties(), &own.offers(offers), goal);
    }
    Ok(laid.and(grid.lay(offers, goal)))
}

fn grid(cells: &Asked) -> Result<Grid, Fault> {
    let or = |words: Vec<String>, default: &str| match words.as_slice() {
        [] => vec![default.to_owned()],
        _ => words,
    };
    let networks: Vec<Word> = NETWORKS.into_iter().chain([(OWN, "")]).collect();
    Ok(Grid {
        overlays: known(&cells.ways, &WAYS, "way")?,
        identities: known(&cells.identities, &IDENTITIES, "identity")?,
        networks: or(known(&cells.networks, &networks, "network")?, "lan"),
        programs: or(
            known(&cells.programs, &PROGRAMS, "program")?,
            "secret-santa",
        ),
        sizes: or(known(&cells.sizes, &SIZES, "size")?, "small"),
        parties: if cells.parties.is_empty() {
            vec![3]
        } else {
            cells.parties.clone()
        },
    })
}

/// Words that there are.
fn known(said: &[String], words: &[Word], what: &str) -> Result<Vec<String>, Fault> {
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

/// The pattern of a name.
///
/// # Errors
/// The user's: a word of it names nothing.
pub fn parse(name: &str) -> Result<Pattern, Fault> {
    Pattern::parse(name).map_err(|wrong| unknown(&wrong))
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
