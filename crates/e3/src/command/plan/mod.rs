//! `e3 plan`: what `up` would create, change and destroy, and what firewalls must let through; nothing is changed.

mod ticket;

use std::fmt::Write as _;
use std::process::ExitCode;

use e3_holder::firewall::{self, Firewall};
use e3_spec::{Change, Effect, Environment, Family, Host, Nat, NatPreset, Service, ServiceHost};
use serde::Serialize;

use crate::cli::{Global, Plan};
use crate::fault::Fault;
use crate::overlays::registry;
use crate::travel::Travel;
use crate::{environment, json, load, out};

/// Of more hosts, what their firewalls must let through is told where it is asked for.
const MOST_TICKETS: usize = 16;

/// What `up` would do.
#[derive(Serialize)]
struct Planned<'a> {
    environment: String,
    overlay: String,
    identity: String,
    program: Option<String>,
    /// Whether it is up now.
    up: bool,
    create: Vec<&'a Host>,
    change: Vec<Change>,
    destroy: Vec<String>,
    services: &'a [Service],
    service_hosts: &'a [ServiceHost],
    travels: Travel,
    firewall: Firewall,
}

/// Compares what is declared with what is up.
///
/// # Errors
/// The user's: the environment is not valid.
pub fn main(args: &Plan, global: &Global) -> Result<ExitCode, Fault> {
    let loaded = load::environment(&args.environment, &[])?;
    loaded.tell_notes();
    if args.csv || (args.host.is_some() && !global.json) {
        return tickets(args, &loaded.environment);
    }
    let held = environment::held(&environment::folder(&loaded)?)?;
    let up = held.as_ref().and_then(|held| held.environment.as_ref());
    let mut planned = plan(&loaded.environment, up)?;
    if let Some(host) = &args.host {
        only(host, &mut planned.firewall)?;
    }
    if global.json {
        json::print("plan", &planned)?;
    } else {
        for line in lines(&planned) {
            out::line(&line)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// From what is up, if anything is, to what is wanted.
fn plan<'a>(wanted: &'a Environment, up: Option<&Environment>) -> Result<Planned<'a>, Fault> {
    let mut create = Vec::new();
    let mut change = Vec::new();
    let mut destroy = Vec::new();
    match up {
        None => create.extend(&wanted.hosts),
        Some(up) => {
            for one in e3_spec::diff(up, wanted) {
                match one {
                    Change::HostCreated { host } => create.extend(wanted.host(&host)),
                    Change::HostDestroyed { host } => destroy.push(host.to_string()),
                    Change::HostChanged { .. } | Change::EnvironmentChanged { .. } => {
                        change.push(one);
                    }
                }
            }
        }
    }
    Ok(Planned {
        environment: wanted.name.to_string(),
        overlay: wanted.overlay.to_string(),
        identity: wanted.identity.to_string(),
        program: wanted.program.as_ref().map(e3_spec::Program::name),
        up: up.is_some(),
        create,
        change,
        destroy,
        services: &wanted.services,
        service_hosts: &wanted.service_hosts,
        travels: Travel::of(wanted)?,
        firewall: firewall_of(wanted)?,
    })
}

fn firewall_of(environment: &Environment) -> Result<Firewall, Fault> {
    firewall::plan(environment, &registry()).map_err(environment::from_fault)
}

/// Nothing but what firewalls must let through.
fn tickets(args: &Plan, environment: &Environment) -> Result<ExitCode, Fault> {
    let mut firewall = firewall_of(environment)?;
    if let Some(host) = &args.host {
        only(host, &mut firewall)?;
    }
    let lines = if args.csv {
        ticket::csv(&firewall)
    } else {
        ticket::lines(&firewall)
    };
    for line in lines {
        out::line(&line)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Leaves out every other host, and this machine.
fn only(host: &str, firewall: &mut Firewall) -> Result<(), Fault> {
    let names: Vec<String> = firewall
        .hosts
        .iter()
        .map(|rules| rules.host.clone())
        .collect();
    firewall.hosts.retain(|rules| rules.host == host);
    firewall.controller.clear();
    if firewall.hosts.is_empty() {
        return Err(Fault::user(format!("there is no host `{host}` here"))
            .hint(format!("the hosts are {}", names.join(", "))));
    }
    Ok(())
}

/// For people: `+` is created, `~` changed, `-` destroyed.
fn lines(planned: &Planned<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let width = planned
        .create
        .iter()
        .map(|host| host.name.as_str().len())
        .max();
    for host in &planned.create {
        lines.push(format!(
            "+ host {:width$}  {}",
            host.name.as_str(),
            describe(host),
            width = width.unwrap_or_default()
        ));
    }
    if !planned.up {
        lines.push(format!("+ overlay {}", planned.overlay));
        lines.push(format!("+ identity {}", planned.identity));
        lines.extend(
            planned
                .program
                .iter()
                .map(|path| format!("+ program {path}")),
        );
        lines.extend(planned.services.iter().map(|service| {
            let Service {
                name, kind, host, ..
            } = service;
            format!("+ service {name}: {kind} on host {host}")
        }));
    }
    for change in &planned.change {
        lines.push(format!("{change} ({})", takes(change.effect())));
    }
    lines.extend(planned.destroy.iter().map(|host| format!("- host {host}")));
    if lines.is_empty() {
        lines.push(format!(
            "{} is up as declared: nothing to do",
            planned.environment
        ));
    }
    lines.extend(
        planned
            .travels
            .lines()
            .into_iter()
            .map(|line| format!("  {line}")),
    );
    lines.push(String::new());
    if planned.firewall.hosts.len() > MOST_TICKETS {
        lines.push(
            "what firewalls must let through: --host NAME says it of one host, --csv of all"
                .to_owned(),
        );
    } else {
        lines.extend(ticket::lines(&planned.firewall));
    }
    lines
}

/// What a change takes.
fn takes(effect: Effect) -> &'static str {
    match effect {
        Effect::NextRun => "the next run uses it",
        Effect::Reconnect => "the parties connect anew",
        Effect::RebuildNetwork => "the network is built anew, with all hosts",
        Effect::RecreateHost => "the host is made anew",
    }
}

/// Where a host is and how it is attached.
fn describe(host: &Host) -> String {
    let address = match host.nat.preset {
        NatPreset::None => "public address".to_owned(),
        NatPreset::Home if host.nat == Nat::of(NatPreset::Home) => {
            "private address behind a home router".to_owned()
        }
        _ => format!("private address behind a NAT: {}", host.nat),
    };
    let mut text = format!(
        "{} in {}, site {}, {address}",
        host.provider, host.region, host.site
    );
    if host.family != Family::V4 {
        let _ = write!(text, ", {}", host.family);
    }
    if let Some(rate) = host.access.rate {
        let _ = write!(text, ", {rate}");
    }
    text
}
