//! What firewalls must let through for an environment, host by host, before anything of it is made.
//!
//! The overlay declares which connections there are ([`Overlay::flows`]), the provider where hosts will stand; this puts
//! them together from each host's point of view. It is exact where addresses are known beforehand, as in the lab.
//!
//! [`Overlay::flows`]: e3_overlay::Overlay::flows

mod rules;

use std::net::IpAddr;

use e3_host::{PlannedHost, lab};
use e3_overlay::{Overlay, Registry, Scene, ServiceKind, reachability::PartyPlace};
use e3_session::types::ServiceFacts;
use e3_spec::{Environment, HostName};
use serde::Serialize;

use crate::{
    holder::{declared, order, overlay, services},
    wire::Fault,
};

/// What firewalls must let through.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Firewall {
    /// The parties' hosts in the order of their indices, then the others.
    pub hosts: Vec<HostRules>,
    /// What the machine of the controller needs.
    pub controller: Vec<Rule>,
    /// Why these parties cannot be connected, whatever a firewall lets through; their order is that of the file then.
    pub trouble: Option<String>,
}

/// One host, and what its firewall must let through.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HostRules {
    /// Its name.
    pub host: String,
    /// Its party's index, if one runs there.
    pub party: Option<u16>,
    /// The services that run there.
    pub services: Vec<String>,
    /// The region that it is in.
    pub region: String,
    /// The NAT in front of its site; `none` if there is none.
    pub nat: String,
    /// Its own addresses.
    pub addresses: Vec<IpAddr>,
    /// Those by which other sites see it.
    pub seen_as: Vec<IpAddr>,
    /// What is opened to it and by it, the former first.
    pub rules: Vec<Rule>,
}

/// Connections of one host with one other, in one direction, to one port.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    /// Who opens them.
    pub direction: Direction,
    /// What carries them, such as `TCP`.
    pub protocol: String,
    /// The port that is listened on, at whichever end listens: a number, or `any`.
    pub port: String,
    /// The other end: a host's name, or what it is.
    pub peer: String,
    /// The other end's addresses as they are seen at this one; none where they are not known beforehand.
    pub peer_addresses: Vec<IpAddr>,
    /// What they are for.
    pub purpose: String,
    /// Whether nothing runs without them.
    pub needed: bool,
}

/// Who opens connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The other end does: this host listens.
    In,
    /// This host does.
    Out,
}

/// What firewalls must let through for this environment, over one of these overlays.
///
/// # Errors
/// This program has no such overlay; or its network cannot be built.
pub fn plan(environment: &Environment, registry: &Registry) -> Result<Firewall, Fault> {
    let overlay = overlay(environment, registry)?;
    let options = declared::options(environment)?;
    let checked = overlay.check(&options);
    checked.map_err(|error| Fault::user(error.to_string()))?;
    let planned = lab::on_paper(environment).map_err(|error| Fault::user(error.to_string()))?;
    let (order, trouble) = arrange(environment, &*overlay, &planned);
    let (dial, ports) = declared::dialling(environment.program.as_ref());
    let scene = Scene {
        parties: u16::try_from(order.len()).unwrap_or(u16::MAX),
        dial,
        ports,
        services: facts(environment, &*overlay, &planned),
        options,
    };
    let flows = overlay.flows(&scene);
    Ok(Firewall {
        hosts: rules::by_host(environment, &order, &planned, &flows),
        controller: rules::of_controller(environment),
        trouble,
    })
}

/// The hosts in the order of their parties' indices, or why there is no order that works.
fn arrange(
    environment: &Environment,
    overlay: &dyn Overlay,
    planned: &[PlannedHost],
) -> (Vec<HostName>, Option<String>) {
    let parties = environment.hosts.iter().zip(planned);
    let places = parties.map(|(host, planned)| (host.name.clone(), place(planned)));
    let (dial, _) = declared::dialling(environment.program.as_ref());
    match order::find(environment, overlay, dial, places.collect()) {
        Ok((order, _)) => (order, None),
        Err(fault) => {
            let as_declared = environment.hosts.iter().map(|host| host.name.clone());
            let order = environment.order.clone();
            (
                order.unwrap_or_else(|| as_declared.collect()),
                Some(fault.message),
            )
        }
    }
}

/// Where a host is attached.
fn place(host: &PlannedHost) -> PartyPlace {
    PartyPlace {
        site: host.place.site.clone(),
        behind_nat: host.place.nat != "none",
        addresses: host.place.addresses.clone(),
    }
}

/// The services as they will be, as far as that is known.
fn facts(
    environment: &Environment,
    overlay: &dyn Overlay,
    planned: &[PlannedHost],
) -> Vec<ServiceFacts> {
    let mut facts = services::facts(environment, |name| {
        let host = planned.iter().find(|host| host.name == name);
        host.map(|host| host.place.addresses.clone())
            .unwrap_or_default()
    });
    for facts in facts.iter_mut().filter(|facts| facts.ports.is_empty()) {
        let kind = ServiceKind::of_word(&facts.kind);
        if let Some(service) = kind.and_then(|kind| overlay.service(kind)) {
            facts.ports = service.usual_ports();
        }
    }
    facts
}
