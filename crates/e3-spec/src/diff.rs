//! What differs between an environment that is up and the one that is asked for.

mod declared;
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::environment::{Access, Environment, Host, Network};
use crate::text::HostName;

/// One difference. Values are as people read them; `None` stands for "nothing".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A host is new.
    HostCreated {
        /// Which.
        host: HostName,
    },
    /// A host is no longer wanted.
    HostDestroyed {
        /// Which.
        host: HostName,
    },
    /// A host is still wanted, and something about it is different.
    HostChanged {
        /// Which.
        host: HostName,
        /// The field, as in e3.toml.
        field: &'static str,
        /// What it is.
        from: Option<String>,
        /// What it shall be.
        to: Option<String>,
        /// What that takes.
        effect: Effect,
    },
    /// Something about the whole environment is different.
    EnvironmentChanged {
        /// The field, as in e3.toml: `overlay`, `network.pairs`, `program.args`.
        field: &'static str,
        /// What it is.
        from: Option<String>,
        /// What it shall be.
        to: Option<String>,
        /// What that takes.
        effect: Effect,
    },
}

/// What a change takes, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing: the next run uses it.
    NextRun,
    /// The parties admit one another and connect anew, on the same hosts.
    Reconnect,
    /// The network between the hosts is built anew, and with it everything on it.
    RebuildNetwork,
    /// That host is made anew.
    RecreateHost,
}

impl Change {
    /// What the change takes.
    pub fn effect(&self) -> Effect {
        match self {
            Self::HostCreated { .. } | Self::HostDestroyed { .. } => Effect::RecreateHost,
            Self::HostChanged { effect, .. } | Self::EnvironmentChanged { effect, .. } => *effect,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        match self {
            Self::HostCreated { host } => write!(f, "+ host {host}"),
            Self::HostDestroyed { host } => write!(f, "- host {host}"),
            Self::HostChanged {
                host,
                field,
                from,
                to,
                effect: _,
            } => {
                write!(
                    f,
                    "~ host {host}: {field} from {} to {}",
                    show(from),
                    show(to)
                )
            }
            Self::EnvironmentChanged {
                field,
                from,
                to,
                effect: _,
            } => {
                write!(f, "~ {field} from {} to {}", show(from), show(to))
            }
        }
    }
}

/// Everything that differs, hosts first. Empty when the environments are the same.
///
/// Every field of an environment is looked at: one that is added does not compile until its effect has been decided.
pub fn diff(from: &Environment, to: &Environment) -> Vec<Change> {
    let mut changes = hosts(&from.hosts, &to.hosts);
    let mut note = |field, from, to, effect| {
        if from != to {
            changes.push(Change::EnvironmentChanged {
                field,
                from,
                to,
                effect,
            });
        }
    };
    let Environment {
        name,
        hosts: _,
        overlay,
        options,
        identity,
        services,
        service_hosts,
        program,
        order,
        network,
        seed,
    } = from;
    if changes_order(from, to) {
        note("hosts", names(from), names(to), Effect::Reconnect);
    }
    note("name", text(name), text(&to.name), Effect::NextRun);
    note(
        "overlay",
        text(overlay),
        text(&to.overlay),
        Effect::Reconnect,
    );
    note(
        "options",
        declared::options(options),
        declared::options(&to.options),
        Effect::Reconnect,
    );
    let (old, new) = (
        declared::identity(identity),
        declared::identity(&to.identity),
    );
    for ((field, from), (_, to)) in old.into_iter().zip(new) {
        note(field, from, to, Effect::Reconnect);
    }
    note(
        "services",
        declared::services(services, service_hosts),
        declared::services(&to.services, &to.service_hosts),
        // Their hosts stand in it.
        Effect::RebuildNetwork,
    );
    note(
        "order",
        list(order.as_deref()),
        list(to.order.as_deref()),
        Effect::Reconnect,
    );
    note(
        "seed",
        text(seed.as_ref()),
        text(to.seed.as_ref()),
        // What the lab leaves to chance begins there.
        Effect::RebuildNetwork,
    );
    for (field, from, to, effect) in network_fields(network, &to.network) {
        note(field, from, to, effect);
    }
    let (old, new) = (
        program::fields(program.as_ref()),
        program::fields(to.program.as_ref()),
    );
    for ((field, from), (_, to)) in old.into_iter().zip(new) {
        note(field, from, to, Effect::NextRun);
    }
    changes
}

/// The fields of two networks, with what it takes to follow a change.
fn network_fields(
    from: &Network,
    to: &Network,
) -> [(&'static str, Option<String>, Option<String>, Effect); 3] {
    let Network {
        regions,
        pairs,
        virtual_networks,
    } = from;
    let show_regions = |regions: &BTreeMap<_, String>| {
        let named = regions.iter();
        let named: Vec<_> = named
            .map(|(name, city)| format!("{name} ({city})"))
            .collect();
        list(Some(&named))
    };
    [
        (
            "network.regions",
            show_regions(regions),
            show_regions(&to.regions),
            Effect::RebuildNetwork,
        ),
        (
            "network.pairs",
            list(Some(pairs)),
            list(Some(&to.pairs)),
            Effect::RebuildNetwork,
        ),
        (
            "network.virtual",
            list(Some(virtual_networks)),
            list(Some(&to.virtual_networks)),
            Effect::Reconnect,
        ),
    ]
}

/// Whether the same hosts stand in another order, in which parties are numbered where the order is left open.
fn changes_order(from: &Environment, to: &Environment) -> bool {
    let set = |environment: &Environment| {
        environment
            .hosts
            .iter()
            .map(|host| host.name.clone())
            .collect::<BTreeSet<_>>()
    };
    set(from) == set(to) && names(from) != names(to)
}

/// The hosts' names in their order.
fn names(environment: &Environment) -> Option<String> {
    list(Some(
        &environment
            .hosts
            .iter()
            .map(|host| &host.name)
            .collect::<Vec<_>>(),
    ))
}

fn hosts(from: &[Host], to: &[Host]) -> Vec<Change> {
    let mut changes = Vec::new();
    for old in from {
        match to.iter().find(|new| new.name == old.name) {
            Some(new) => host(old, new, &mut changes),
            None => changes.push(Change::HostDestroyed {
                host: old.name.clone(),
            }),
        }
    }
    let created = to
        .iter()
        .filter(|new| from.iter().all(|old| old.name != new.name));
    changes.extend(created.map(|new| Change::HostCreated {
        host: new.name.clone(),
    }));
    changes
}

/// What differs between two hosts of the same name.
fn host(from: &Host, to: &Host, changes: &mut Vec<Change>) {
    let Host {
        name,
        group,
        provider,
        region,
        site,
        nat,
        family,
        access,
        input,
        output,
        identity,
    } = from;
    let Access { rate, loss, jitter } = access;
    let mut note = |field, from, to, effect| {
        if from != to {
            changes.push(Change::HostChanged {
                host: name.clone(),
                field,
                from,
                to,
                effect,
            });
        }
    };
    note("group", text(group), text(&to.group), Effect::NextRun);
    note(
        "provider",
        text(provider),
        text(&to.provider),
        Effect::RecreateHost,
    );
    note(
        "region",
        text(region),
        text(&to.region),
        Effect::RecreateHost,
    );
    note("site", text(site), text(&to.site), Effect::RecreateHost);
    note("nat", text(nat), text(&to.nat), Effect::RecreateHost);
    note(
        "family",
        text(family),
        text(&to.family),
        Effect::RecreateHost,
    );
    note(
        "rate",
        text(rate.as_ref()),
        text(to.access.rate.as_ref()),
        Effect::RecreateHost,
    );
    note(
        "loss",
        text(loss),
        text(&to.access.loss),
        Effect::RecreateHost,
    );
    note(
        "jitter",
        text(jitter),
        text(&to.access.jitter),
        Effect::RecreateHost,
    );
    note(
        "input",
        text(input.as_ref()),
        text(to.input.as_ref()),
        Effect::NextRun,
    );
    note("output", text(output), text(&to.output), Effect::NextRun);
    note(
        "identity",
        text(identity.as_ref()),
        text(to.identity.as_ref()),
        Effect::Reconnect,
    );
}

/// A value for people, where there is one.
fn text<'a, T: ToString + 'a>(value: impl Into<Option<&'a T>>) -> Option<String> {
    value.into().map(ToString::to_string)
}

/// A list for people; an empty one is nothing.
fn list<T: fmt::Display>(items: Option<&[T]>) -> Option<String> {
    let items = items.filter(|items| !items.is_empty())?;
    Some(
        items
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
    )
}
