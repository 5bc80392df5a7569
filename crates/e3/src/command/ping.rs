//! `e3 ping`: measures the way between two hosts of an environment that is up.

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use e3_holder::wire::{Ask, Event};
use e3_session::types::{LinkReport, Path};
use serde::Serialize;

use crate::cli::{Global, Ping};
use crate::environment;
use crate::fault::Fault;
use crate::view::words;
use crate::{json, load, out};

/// Between two measurements.
const PAUSE: Duration = Duration::from_millis(200);

/// What was measured.
#[derive(Serialize)]
struct Document<'a> {
    from: &'a str,
    to: &'a str,
    links: Vec<LinkReport>,
}

/// Measures; exit code 1 when nothing came back at all.
///
/// # Errors
/// What is wrong with the environment, or what its holder says.
pub fn main(args: &Ping, global: &Global) -> Result<ExitCode, Fault> {
    let loaded = load::environment(&args.environment(), &[])?;
    let folder = environment::folder(&loaded)?;
    let mut links = Vec::new();
    for count in 0..args.count {
        if count > 0 {
            thread::sleep(PAUSE);
        }
        let ask = Ask::Ping {
            from: args.from.clone(),
            to: args.to.clone(),
        };
        let Event::Pinged { link } = environment::one_answer(&folder, &ask)? else {
            return Err(Fault::ours("the holder did not answer a ping with one"));
        };
        if !global.json {
            out::line(&line(args, &link))?;
        }
        links.push(link);
    }
    let reached = links
        .iter()
        .any(|link| !matches!(link.path, Path::Unreachable { .. }));
    if global.json {
        json::print(
            "ping",
            &Document {
                from: &args.from,
                to: &args.to,
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

fn line(args: &Ping, link: &LinkReport) -> String {
    let rtt = link
        .rtt_ms
        .map_or_else(String::new, |rtt| format!(" in {rtt:.2} ms"));
    format!("{} → {}: {}{rtt}", args.from, args.to, words::link(link))
}
