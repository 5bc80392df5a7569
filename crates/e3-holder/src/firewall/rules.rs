//! From flows to what each host's firewall must let through.

use std::{collections::BTreeMap, net::IpAddr};

use e3_host::PlannedHost;
use e3_overlay::{
    End, Flow, PortChoice, Purpose,
    reachability::{Reason, reachable, share_a_family},
};
use e3_session::types::{PartyIndex, Transport};
use e3_spec::{Environment, HostName, Identity, Pin, ProgramKind};

use super::{Direction, HostRules, Rule, place};

/// Each host with its rules: the parties' in their order, then the others.
pub(super) fn by_host(
    environment: &Environment,
    order: &[HostName],
    planned: &[PlannedHost],
    flows: &[Flow],
) -> Vec<HostRules> {
    let others = environment.service_hosts.iter().map(|host| &host.name);
    let hosts = order.iter().chain(others);
    let map = Map {
        environment,
        order,
        planned,
    };
    let host = |name: &HostName| {
        let here = planned.iter().find(|host| host.name == name.as_str())?;
        let party = order.iter().position(|party| party == name);
        let services = environment.services.iter();
        let mut rules = rules_of(here, &map, flows);
        if party.is_some() {
            rules.extend(lookups(environment));
        }
        Some(HostRules {
            host: name.to_string(),
            party: party.and_then(|index| u16::try_from(index).ok()),
            services: services
                .filter(|service| service.host == *name)
                .map(|service| service.name.to_string())
                .collect(),
            region: here.place.region.clone(),
            nat: here.place.nat.clone(),
            addresses: here.place.addresses.clone(),
            seen_as: here.seen_as.clone(),
            rules,
        })
    };
    hosts.filter_map(host).collect()
}

/// Which host an end is.
struct Map<'a> {
    environment: &'a Environment,
    order: &'a [HostName],
    planned: &'a [PlannedHost],
}

impl Map<'_> {
    fn host_of(&self, end: &End) -> Option<&PlannedHost> {
        let name = match end {
            End::Party(PartyIndex(index)) => self.order.get(usize::from(*index))?,
            End::Service(name) => {
                let mut services = self.environment.services.iter();
                &services.find(|service| service.name.as_str() == name)?.host
            }
            End::Elsewhere(_) => return None,
        };
        self.planned.iter().find(|host| host.name == name.as_str())
    }

    /// The host's place among the planned ones, which is that of the environment.
    fn place_of(&self, host: &PlannedHost) -> usize {
        let mut planned = self.planned.iter();
        let place = planned.position(|other| other.name == host.name);
        place.unwrap_or(usize::MAX)
    }
}

/// The rules of one host: what is opened to it first, and what is needed before what is not.
fn rules_of(here: &PlannedHost, map: &Map<'_>, flows: &[Flow]) -> Vec<Rule> {
    // What differs in its purpose only is one rule.
    let mut merged: BTreeMap<(Direction, usize, Transport, PortChoice), Vec<Purpose>> =
        BTreeMap::new();
    for flow in flows {
        let (Some(from), Some(to)) = (map.host_of(&flow.from), map.host_of(&flow.to)) else {
            continue;
        };
        // No firewall's consent helps to get in where a NAT admits nobody.
        let way = reachable(&place(from), &place(to));
        if matches!(way, Err(Reason::BehindNat { .. })) {
            continue;
        }
        // A host needs no firewall's consent to speak with itself.
        let (direction, peer) = match (from.name == here.name, to.name == here.name) {
            (true, false) => (Direction::Out, to),
            (false, true) => (Direction::In, from),
            _ => continue,
        };
        let key = (direction, map.place_of(peer), flow.transport, flow.port);
        merged.entry(key).or_default().push(flow.purpose);
    }
    let rules = merged.into_iter().filter_map(|(key, mut purposes)| {
        let (direction, peer, transport, port) = key;
        purposes.sort_unstable();
        purposes.dedup();
        let words: Vec<String> = purposes.iter().map(ToString::to_string).collect();
        let there = map.planned.get(peer)?;
        Some(Rule {
            direction,
            protocol: transport.to_string(),
            port: port.to_string(),
            peer: there.name.clone(),
            peer_addresses: seen(here, there),
            purpose: words.join(", "),
            needed: purposes.iter().any(|purpose| purpose.is_needed()),
        })
    });
    let mut rules: Vec<Rule> = rules.collect();
    rules.extend(elsewhere(here, map, flows));
    rules.sort_by_key(|rule| (rule.direction, !rule.needed));
    rules
}

/// What a host opens to hosts that are none of the environment's.
fn elsewhere<'a>(
    here: &'a PlannedHost,
    map: &'a Map<'_>,
    flows: &'a [Flow],
) -> impl Iterator<Item = Rule> + 'a {
    flows.iter().filter_map(move |flow| {
        let End::Elsewhere(name) = &flow.to else {
            return None;
        };
        let from = map.host_of(&flow.from)?;
        let address: Option<IpAddr> = name.trim_matches(['[', ']']).parse().ok();
        (from.name == here.name).then(|| Rule {
            direction: Direction::Out,
            protocol: flow.transport.to_string(),
            port: flow.port.to_string(),
            peer: name.clone(),
            peer_addresses: address.into_iter().collect(),
            purpose: flow.purpose.to_string(),
            needed: flow.purpose.is_needed(),
        })
    })
}

/// The addresses of one host at another: its own on the same site, else those that the world sees; of versions of IP
/// that both speak.
fn seen(here: &PlannedHost, there: &PlannedHost) -> Vec<IpAddr> {
    let addresses = if here.place.site == there.place.site {
        &there.place.addresses
    } else {
        &there.seen_as
    };
    let spoken = |address: &&IpAddr| share_a_family(&[**address], &here.place.addresses);
    addresses.iter().filter(spoken).copied().collect()
}

/// What an agent needs to find out who the parties are: a did:web is looked up at its domain.
fn lookups(environment: &Environment) -> Vec<Rule> {
    let dids: Vec<(&HostName, &str)> = match &environment.identity {
        Identity::Pinned { pins } => pins
            .iter()
            .filter_map(|(host, pin)| match pin {
                Pin::Did(did) => Some((host, did.as_str())),
                Pin::Fingerprint(_) => None,
            })
            .collect(),
        Identity::Did { dids } => dids
            .iter()
            .map(|(host, did)| (host, did.as_str()))
            .collect(),
        Identity::Ca { .. } => Vec::new(),
    };
    let rule = |(host, did): (&HostName, &str)| {
        let identifier = did.strip_prefix("did:web:")?;
        let domain = identifier.split(':').next().unwrap_or_default();
        let domain = domain.replace("%3A", ":").replace("%3a", ":");
        let (domain, port) = domain.split_once(':').unwrap_or((&domain, "443"));
        let purpose = format!("who {host} is: HTTPS, and DNS for the name");
        Some(out(port, domain.to_owned(), purpose))
    };
    dids.into_iter().filter_map(rule).collect()
}

fn out(port: &str, peer: String, purpose: String) -> Rule {
    Rule {
        direction: Direction::Out,
        protocol: Transport::Tcp.to_string(),
        port: port.to_owned(),
        peer,
        peer_addresses: Vec::new(),
        purpose,
        needed: true,
    }
}

/// What the controller's machine needs beside the hosts: agents of the lab are reached without any network.
pub(super) fn of_controller(environment: &Environment) -> Vec<Rule> {
    let mut rules = Vec::new();
    let program = environment.program.as_ref().map(|program| &program.kind);
    let packages = match program {
        Some(ProgramKind::Mpyc(mpyc)) => mpyc.python.is_none(),
        Some(ProgramKind::Command(command)) => {
            command.requirements.is_some() && command.python.is_none()
        }
        Some(ProgramKind::Probe(_)) | None => false,
    };
    if packages {
        rules.push(out(
            "443",
            "Python's package index (PyPI, unless pip is set to another)".to_owned(),
            "the program's packages, once: HTTPS, and DNS for the name".to_owned(),
        ));
    }
    rules
}
