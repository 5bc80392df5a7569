//! `e3 status`: what is up: hosts, agents, links.

mod watch;

use std::process::ExitCode;

use e3_holder::state::StateFolder;
use e3_holder::wire::{Ask, Event, HostStatus, ServiceStatus, Status};
use e3_session::types::{Health, LinkReport};
use serde::Serialize;

use crate::cli::{self, Global};
use crate::environment;
use crate::fault::Fault;
use crate::view::table::{Align, table};
use crate::view::{links, words};
use crate::{json, load, out};

/// An environment, up or not.
#[derive(Serialize)]
struct Document<'a> {
    up: bool,
    #[serde(flatten)]
    status: Option<&'a Status>,
}

/// Shows what is up. That nothing is up is no error.
///
/// # Errors
/// What is wrong with the environment, or what its holder says.
pub fn main(args: &cli::Status, global: &Global) -> Result<ExitCode, Fault> {
    let loaded = load::environment(&args.environment, &[])?;
    let folder = environment::folder(&loaded)?;
    let name = loaded.environment.name.as_str();
    if args.watch {
        return watch::main(name, &folder, global);
    }
    let status = look(&folder, &Ask::Status)?;
    if global.json {
        json::print(
            "status",
            &Document {
                up: status.is_some(),
                status: status.as_deref(),
            },
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    match status {
        None => out::line(&format!("{name} is not up"))?,
        Some(status) => {
            for line in lines(&status) {
                out::line(&line)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What is up; none if nothing is.
fn look(folder: &StateFolder, ask: &Ask) -> Result<Option<Box<Status>>, Fault> {
    match environment::held(folder)? {
        None => Ok(None),
        Some(_) => match environment::one_answer(folder, ask)? {
            Event::Status { status } => Ok(Some(status)),
            other => Err(Fault::ours(format!("the holder answered with {other:?}"))),
        },
    }
}

fn lines(status: &Status) -> Vec<String> {
    let running = status
        .running
        .as_ref()
        .map_or_else(|| "idle".to_owned(), |what| format!("running {what}"));
    let mut lines = vec![
        format!(
            "{} is up over {}, identity {}: {running}",
            status.environment, status.overlay, status.identity
        ),
        words::roster(&status.words),
    ];
    lines.extend(removed(status));
    lines.push(String::new());
    lines.extend(hosts(&status.hosts));
    if !status.services.is_empty() {
        lines.push(String::new());
        lines.extend(services(&status.services));
    }
    if links::tell_more(&status.pairs) {
        lines.push(String::new());
        lines.extend(links::now(&status.pairs));
    } else if !status.links.is_empty() {
        lines.push(String::new());
        lines.extend(by_direction(&status.hosts, &status.links));
    }
    lines
}

/// Who was put out; nothing as long as all are there that came up.
fn removed(status: &Status) -> Option<String> {
    let names = status.removed.join(", ");
    (!status.removed.is_empty())
        .then(|| format!("put out: {names}; the roster's epoch is {}", status.epoch))
}

fn hosts(hosts: &[HostStatus]) -> Vec<String> {
    let row = |host: &HostStatus| {
        let party = &host.party;
        [
            party.index.to_string(),
            party.host.clone(),
            party.region.clone(),
            party.site.clone(),
            party.nat.clone(),
            party.addresses.join(" "),
            match (host.alive, &host.silent) {
                (false, _) => "agent died",
                (true, Some(_)) => "agent does not answer",
                (true, None) => "ready",
            }
            .to_owned(),
            host.words.clone(),
        ]
    };
    let head = [
        ("party", Align::Right),
        ("host", Align::Left),
        ("region", Align::Left),
        ("site", Align::Left),
        ("NAT", Align::Left),
        ("address", Align::Left),
        ("state", Align::Left),
        ("its agent's words", Align::Left),
    ];
    table(head, &hosts.iter().map(row).collect::<Vec<_>>())
}

fn services(services: &[ServiceStatus]) -> Vec<String> {
    let row = |service: &ServiceStatus| {
        [
            service.name.clone(),
            service.kind.clone(),
            service.host.clone(),
            service.region.clone(),
            service.addresses.join(" "),
            match service.ports.as_slice() {
                [] => "–".to_owned(),
                ports => ports.join(" "),
            },
            match &service.health {
                None => "nothing runs".to_owned(),
                Some(Health::Up) => "up".to_owned(),
                Some(Health::Down { reason }) => format!("down: {reason}"),
            },
        ]
    };
    let head = [
        ("service", Align::Left),
        ("kind", Align::Left),
        ("host", Align::Left),
        ("region", Align::Left),
        ("address", Align::Left),
        ("ports", Align::Left),
        ("state", Align::Left),
    ];
    table(head, &services.iter().map(row).collect::<Vec<_>>())
}

/// Links over hosts' own addresses, which may differ by direction.
fn by_direction(hosts: &[HostStatus], links: &[LinkReport]) -> Vec<String> {
    let name = |index: u16| {
        hosts
            .get(usize::from(index))
            .map_or("?", |host| host.party.host.as_str())
    };
    let row = |link: &LinkReport| {
        let rtt = link
            .rtt_ms
            .map_or_else(|| "–".to_owned(), |rtt| format!("{rtt:.2} ms"));
        [
            format!("{} → {}", name(link.from.0), name(link.to.0)),
            words::link(link),
            rtt,
        ]
    };
    let head = [
        ("link", Align::Left),
        ("path", Align::Left),
        ("RTT", Align::Right),
    ];
    table(head, &links.iter().map(row).collect::<Vec<_>>())
}
