//! `e3 doctor HOST`: how hosts of an environment that is up are attached to the network, and what follows for pairs.

mod host;
mod pair;

use std::process::ExitCode;

use e3_holder::wire::{Ask, Event, Examined, ExaminedHost};
use serde::Serialize;

use self::pair::Pair;
use crate::cli::{Doctor, Global};
use crate::fault::Fault;
use crate::{environment, json, load, out};

/// What was found out.
#[derive(Serialize)]
struct Document<'a> {
    environment: &'a str,
    overlay: &'a str,
    /// Of those that were asked for.
    hosts: Vec<&'a ExaminedHost>,
    /// Pairs to which one of them belongs.
    pairs: Vec<Pair<'a>>,
}

/// Lets the hosts find out. Exit code 1 when one of them did not answer.
///
/// # Errors
/// What is wrong with the environment, or what its holder says.
pub(super) fn main(args: &Doctor, global: &Global) -> Result<ExitCode, Fault> {
    let loaded = load::environment(&args.environment(), &[])?;
    let folder = environment::folder(&loaded)?;
    let Event::Examined { examined } = environment::one_answer(&folder, &Ask::Examine)? else {
        return Err(Fault::ours("the holder did not say what hosts found out"));
    };
    let hosts = chosen(&examined, &args.hosts)?;
    let pairs = pair::all(&examined, &hosts);
    let ok = hosts.iter().all(|host| host.silent.is_none());
    if global.json {
        json::print(
            "doctor-network",
            &Document {
                environment: &examined.environment,
                overlay: &examined.overlay,
                hosts,
                pairs,
            },
        )?;
    } else {
        for line in lines(&examined, &hosts, &pairs) {
            out::line(&line)?;
        }
    }
    Ok(if ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The hosts of these names or indices; all, where none is named.
fn chosen<'a>(examined: &'a Examined, names: &[String]) -> Result<Vec<&'a ExaminedHost>, Fault> {
    if names.is_empty() {
        return Ok(examined.hosts.iter().collect());
    }
    let find = |name: &String| {
        let mut hosts = examined.hosts.iter();
        let found = hosts.find(|one| one.host.host == *name || one.host.index.to_string() == *name);
        found.ok_or_else(|| {
            let names = examined.hosts.iter().map(|one| one.host.host.as_str());
            let names = names.collect::<Vec<_>>().join(", ");
            Fault::user(format!(
                "there is no host `{name}` in {}",
                examined.environment
            ))
            .hint(format!("its hosts are {names}"))
        })
    };
    names.iter().map(find).collect()
}

fn lines(examined: &Examined, hosts: &[&ExaminedHost], pairs: &[Pair<'_>]) -> Vec<String> {
    let mut lines: Vec<String> = hosts.iter().flat_map(|host| host::lines(host)).collect();
    let asked = hosts.iter().any(|host| !host.report.views.is_empty());
    if asked {
        lines.push(String::new());
        lines.extend(pairs.iter().map(|pair| pair.sentence.clone()));
    } else {
        lines.push(String::new());
        lines.push(format!(
            "Nobody could be asked how these hosts are seen: overlay {} has no service that would tell.",
            examined.overlay
        ));
    }
    lines
}
