//! `e3 ping`: measures the way between two hosts of an environment that is up.
//!
//! Over hosts' own addresses there is one way, which is measured some times. An overlay that finds ways by itself is asked
//! until it has a direct one, and every path that it has tried is shown; or, told how often, it is measured as it is.

mod paths;

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use e3_holder::state::StateFolder;
use e3_holder::wire::{Ask, Event};
use e3_session::types::{LinkReport, Path};
use serde::Serialize;

use self::paths::Paths;
use crate::cli::{Global, Ping};
use crate::environment;
use crate::fault::Fault;
use crate::view::words;
use crate::{json, load, out};

/// How often one way is measured.
const USUAL: u32 = 5;

/// Between two measurements.
const PAUSE: Duration = Duration::from_millis(200);

/// What was measured.
#[derive(Serialize)]
struct Document<'a> {
    from: &'a str,
    to: &'a str,
    /// Whether what was wanted has come: an answer; a direct path, of an overlay that looks for one.
    reached: bool,
    links: Vec<LinkReport>,
}

/// Measures; exit code 1 when nothing came back at all, or no direct path was found in time.
///
/// # Errors
/// What is wrong with the environment, or what its holder says.
pub fn main(args: &Ping, global: &Global) -> Result<ExitCode, Fault> {
    let loaded = load::environment(&args.environment(), &[])?;
    let folder = environment::folder(&loaded)?;
    let first = measure(&folder, args)?;
    let (reached, links) = match args.count {
        None if finds_ways(&first) => until_direct(&folder, args, first, global.json)?,
        count => as_often(&folder, args, count.unwrap_or(USUAL), first, global.json)?,
    };
    if global.json {
        json::print(
            "ping",
            &Document {
                from: &args.from,
                to: &args.to,
                reached,
                links,
            },
        )?;
    }
    Ok(if reached {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Whether an overlay finds ways by itself, as far as its report tells.
fn finds_ways(link: &LinkReport) -> bool {
    link.transport.is_some() || link.sent.is_some() || !link.tried.is_empty()
}

fn measure(folder: &StateFolder, args: &Ping) -> Result<LinkReport, Fault> {
    let ask = Ask::Ping {
        from: args.from.clone(),
        to: args.to.clone(),
    };
    match environment::one_answer(folder, &ask)? {
        Event::Pinged { link } => Ok(link),
        _ => Err(Fault::ours("the holder did not answer a ping with one")),
    }
}

/// The way that is used, measured again and again; reached if anything came back at all.
fn as_often(
    folder: &StateFolder,
    args: &Ping,
    count: u32,
    first: LinkReport,
    json: bool,
) -> Result<(bool, Vec<LinkReport>), Fault> {
    let mut links = Vec::new();
    let mut next = first;
    loop {
        if !json {
            out::line(&line(args, &next))?;
        }
        links.push(next);
        if links.len() >= usize::try_from(count).unwrap_or(usize::MAX) {
            break;
        }
        thread::sleep(PAUSE);
        next = measure(folder, args)?;
    }
    let arrived = |link: &LinkReport| !matches!(link.path, Path::Unreachable { .. });
    Ok((links.iter().any(arrived), links))
}

/// Every path that is tried, until one is direct or the time is over.
fn until_direct(
    folder: &StateFolder,
    args: &Ping,
    first: LinkReport,
    json: bool,
) -> Result<(bool, Vec<LinkReport>), Fault> {
    let (begun, patience) = (Instant::now(), Duration::from(args.timeout));
    let mut paths = Paths::default();
    let mut links = Vec::new();
    let mut next = first;
    loop {
        for text in paths.take(&next) {
            if !json {
                out::line(&format!("{} → {}: {text}", args.from, args.to))?;
            }
        }
        let direct = matches!(next.path, Path::Direct { .. });
        links.push(next);
        if direct || begun.elapsed() >= patience {
            if !json {
                out::line(&paths.verdict(direct, patience))?;
            }
            return Ok((direct, links));
        }
        thread::sleep(PAUSE);
        next = measure(folder, args)?;
    }
}

fn line(args: &Ping, link: &LinkReport) -> String {
    let rtt = link
        .rtt_ms
        .map_or_else(String::new, |rtt| format!(" in {rtt:.2} ms"));
    format!("{} → {}: {}{rtt}", args.from, args.to, words::link(link))
}
