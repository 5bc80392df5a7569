//! `e3 plan`: what `up` would create, change and destroy; nothing is changed.

use std::fmt::Write as _;
use std::process::ExitCode;

use e3_spec::{Change, Effect, Environment, Family, Host, Nat, NatPreset};
use serde::Serialize;

use crate::cli::{Global, Plan};
use crate::fault::Fault;
use crate::travel::Travel;
use crate::{environment, json, load, out};

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
    travels: Travel,
}

/// Compares what is declared with what is up.
///
/// # Errors
/// The user's: the environment is not valid.
pub fn main(args: &Plan, global: &Global) -> Result<ExitCode, Fault> {
    let loaded = load::environment(&args.environment, &[])?;
    let held = environment::held(&environment::folder(&loaded)?)?;
    let up = held.as_ref().and_then(|held| held.environment.as_ref());
    let planned = plan(&loaded.environment, up)?;
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
        travels: Travel::of(wanted)?,
    })
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
