//! `e3 lab status`: sites, hosts, addresses, NATs, and what has passed between the sites.

use std::process::ExitCode;

use e3_holder::wire::{LabAnswer, LabAsk, LabHostStatus, NetworkStatus, SiteStatus};
use serde::Serialize;

use super::paths;
use super::which::{unexpected, which};
use crate::cli::{Global, LabStatus};
use crate::environment;
use crate::fault::Fault;
use crate::view::table::{Align, table};
use crate::view::words;
use crate::{json, out};

/// A lab, up or not.
#[derive(Serialize)]
struct Document<'a> {
    up: bool,
    #[serde(flatten)]
    network: Option<&'a NetworkStatus>,
}

/// Shows what is up. That nothing is up is no error.
///
/// # Errors
/// There is no such e3.toml, or what the lab's holder says.
pub fn main(args: &LabStatus, global: &Global) -> Result<ExitCode, Fault> {
    let which = which(args.lab.env.as_deref())?;
    let network = match environment::held(&which.folder)? {
        None => None,
        Some(_) => match which.ask(LabAsk::Status)? {
            LabAnswer::Network(network) => Some(network),
            other => return Err(unexpected(&other)),
        },
    };
    if global.json {
        let document = Document {
            up: network.is_some(),
            network: network.as_ref(),
        };
        json::print("lab-status", &document)?;
    } else {
        let lines =
            network.map_or_else(|| vec![format!("{} is not up", which.name)], |n| lines(&n));
        for line in lines {
            out::line(&line)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn lines(network: &NetworkStatus) -> Vec<String> {
    let with = if network.parties {
        "with its parties"
    } else {
        "without parties"
    };
    let mut lines = vec![format!("{} is up {with}", network.environment)];
    lines.extend(network.check.as_ref().map(words::check));
    lines.push(String::new());
    lines.extend(hosts(&network.sites));
    if !network.paths.is_empty() {
        lines.push(String::new());
        lines.extend(paths::lines(&network.paths));
    }
    let hidden = network.paths_in_all - network.paths.len();
    if hidden > 0 {
        lines.push(format!("and {hidden} paths that nothing has passed"));
    }
    lines
}

fn hosts(sites: &[SiteStatus]) -> Vec<String> {
    let rows = sites.iter().flat_map(|site| {
        site.hosts.iter().map(|host| {
            [
                host.host.clone(),
                site.site.clone(),
                site.region.clone(),
                site.nat.clone(),
                host.addresses.join(" "),
                host.seen_as.clone().unwrap_or_default(),
                state(site, host),
            ]
        })
    });
    let head = [
        ("host", Align::Left),
        ("site", Align::Left),
        ("region", Align::Left),
        ("NAT", Align::Left),
        ("address", Align::Left),
        ("seen as", Align::Left),
        ("", Align::Left),
    ];
    table(head, &rows.collect::<Vec<_>>())
}

/// What there is to say besides.
fn state(site: &SiteStatus, host: &LabHostStatus) -> String {
    let mappings = match site.mappings {
        0 => None,
        1 => Some("1 mapping".to_owned()),
        count => Some(format!("{count} mappings")),
    };
    let paused = host.paused.then(|| "paused".to_owned());
    let words: Vec<_> = paused.into_iter().chain(mappings).collect();
    words.join(", ")
}
