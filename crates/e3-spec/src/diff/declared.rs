//! What an environment says of identities and services, for people.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::identity::Identity;
use crate::option::OptionValue;
use crate::service::{Service, ServiceHost};
use crate::text::HostName;

/// Each field about identities, as in e3.toml, with its value.
pub(super) fn identity(identity: &Identity) -> [(&'static str, Option<String>); 4] {
    let (pins, dids, authority) = match identity {
        Identity::Pinned { pins } => (by_host(pins), None, None),
        Identity::Did { dids } => (None, by_host(dids), None),
        Identity::Ca { authority } => (None, None, authority.as_ref().map(ToString::to_string)),
    };
    [
        ("identity", Some(identity.to_string())),
        ("pins", pins),
        ("identities", dids),
        ("authority", authority),
    ]
}

/// What is said of the overlay.
pub(super) fn options(options: &BTreeMap<String, OptionValue>) -> Option<String> {
    let each = options
        .iter()
        .map(|(name, value)| format!("{name} {value}"));
    super::list(Some(&each.collect::<Vec<_>>()))
}

/// All services with their hosts.
pub(super) fn services(services: &[Service], hosts: &[ServiceHost]) -> Option<String> {
    let of_services = services.iter().map(|service| {
        let Service {
            name,
            kind,
            host,
            ports,
            lifetime,
        } = service;
        let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
        let ports = if ports.is_empty() {
            String::new()
        } else {
            format!(" ports {}", ports.join(" "))
        };
        format!("{name} ({kind} on {host}{ports}, {lifetime})")
    });
    let of_hosts = hosts.iter().map(|host| {
        let ServiceHost {
            name,
            provider,
            region,
            // Named after the host.
            site: _,
            family,
        } = host;
        format!("host {name} ({provider} in {region}, {family})")
    });
    super::list(Some(&of_services.chain(of_hosts).collect::<Vec<_>>()))
}

fn by_host<T: Display>(values: &BTreeMap<HostName, T>) -> Option<String> {
    let each: Vec<String> = values
        .iter()
        .map(|(host, value)| format!("{host} {value}"))
        .collect();
    super::list(Some(&each))
}
