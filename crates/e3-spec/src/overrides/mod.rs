//! What the command line says otherwise, the same for every verb.

mod deal;
mod path;
mod sites;

use crate::raw::{Node, Value};
use crate::report::Report;
use crate::source::Place;

/// What the command line says otherwise.
///
/// They are applied to the file before it is checked, so that the same checks run, and a diagnostic about an
/// overridden value points at the command line. [`Overrides::set`] has the last word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--parties`: the number of parties. With several groups they are dealt out one at a time in the order of the
    /// file: 5 over three groups are 2, 2 and 1. Groups that get none are left out.
    pub parties: Option<u16>,
    /// `--overlay`
    pub overlay: Option<String>,
    /// `--identity`
    pub identity: Option<String>,
    /// `--program`: a path relative to the current folder. The arguments and the list of files that the file gives
    /// belong to its own program, and are dropped.
    pub program: Option<String>,
    /// `--probe`: a measurement in place of the program.
    pub probe: Option<String>,
    /// What follows `--`: the program's arguments.
    pub args: Option<Vec<String>>,
    /// `--threshold`
    pub threshold: Option<u16>,
    /// `--region`: where all hosts are.
    pub region: Option<String>,
    /// `--seed`
    pub seed: Option<u64>,
    /// `--site [NAME=]REGION[:NAT][*HOSTS]`: sites beside those of the file.
    pub sites: Vec<String>,
    /// `--set KEY=VALUE`: any field. The key is a path such as `hosts.ams.count`; the value is TOML, or text without
    /// quotes.
    pub set: Vec<(String, String)>,
}

impl Overrides {
    /// Applies all of them to the tree of a file.
    pub(crate) fn apply(&self, root: &mut Node, report: &mut Report) {
        let Self {
            parties,
            overlay,
            identity,
            program,
            probe,
            args,
            threshold,
            region,
            seed,
            sites,
            set,
        } = self;
        for site in sites {
            sites::add(root, site, report);
        }
        if let Some(parties) = parties {
            deal::deal(root, *parties, report);
        }
        if let Some(overlay) = overlay {
            put(root, &["overlay"], text("--overlay", overlay, report));
        }
        if let Some(identity) = identity {
            put(root, &["identity"], text("--identity", identity, report));
        }
        if let Some(program) = program {
            put(
                root,
                &["program", "path"],
                text("--program", program, report),
            );
            if let Some(table) = root.get_mut("program") {
                keep_only(
                    table,
                    &["path", "threshold", "timeout", "python", "mpyc", "port"],
                );
            }
        }
        if let Some(probe) = probe {
            put(root, &["program", "probe"], text("--probe", probe, report));
            put(root, &["program", "kind"], text("--probe", "probe", report));
            if let Some(table) = root.get_mut("program") {
                keep_only(
                    table,
                    &["kind", "probe", "limit", "profile", "timeout", "port"],
                );
            }
        }
        if let Some(args) = args {
            put(root, &["program", "args"], arguments(args, report));
        }
        if let Some(threshold) = threshold {
            put(
                root,
                &["program", "threshold"],
                number("--threshold", (*threshold).into(), report),
            );
        }
        if let Some(seed) = seed {
            put(root, &["seed"], number("--seed", (*seed).into(), report));
        }
        if let Some(region) = region {
            let region = text("--region", region, report);
            for entry in root
                .get_mut("hosts")
                .and_then(Node::entries_mut)
                .into_iter()
                .flatten()
            {
                entry.node.set("region", region.place, region.clone());
            }
            // Services stand where the first party does unless they say otherwise, which they no longer do.
            let services = root.get_mut("services").and_then(Node::entries_mut);
            for entry in services.into_iter().flatten() {
                entry.node.remove("region");
            }
        }
        for (key, value) in set {
            path::set(root, key, value, report);
        }
    }
}

/// Drops what belongs to the program that another one takes the place of.
fn keep_only(table: &mut Node, kept: &[&str]) {
    let dropped: Vec<String> = table
        .entries_mut()
        .into_iter()
        .flatten()
        .map(|entry| entry.key.clone())
        .filter(|key| !kept.contains(&key.as_str()))
        .collect();
    for key in dropped {
        table.remove(&key);
    }
}

/// Sets a field, making the tables above it where they are missing.
fn put(root: &mut Node, path: &[&str], node: Node) {
    let place = node.place;
    match path {
        [] => {}
        [key] => root.set(key, place, node),
        [table, rest @ ..] => {
            if root.get_mut(table).is_none() {
                root.set(table, place, Node::empty(place));
            }
            if let Some(table) = root.get_mut(table) {
                put(table, rest, node);
            }
        }
    }
}

/// `--flag value`, with the place of the value.
fn flag(flag: &str, value: &str, report: &mut Report) -> Place {
    let place = report.sources.add(&format!("{flag} {value}"));
    place.at(flag.len() + 1..place.span().end)
}

fn text(name: &str, value: &str, report: &mut Report) -> Node {
    Node {
        place: flag(name, value, report),
        value: Value::Text(value.to_owned()),
    }
}

fn number(name: &str, value: i128, report: &mut Report) -> Node {
    Node {
        place: flag(name, &value.to_string(), report),
        value: Value::Integer(value),
    }
}

/// `-- a b c`, each argument with its place.
fn arguments(args: &[String], report: &mut Report) -> Node {
    let whole = report.sources.add(&format!("-- {}", args.join(" ")));
    let mut start = "-- ".len();
    let mut items = Vec::new();
    for arg in args {
        let place = whole.at(start..start + arg.len());
        items.push(Node {
            place,
            value: Value::Text(arg.clone()),
        });
        start += arg.len() + 1;
    }
    Node {
        place: whole,
        value: Value::Array(items),
    }
}
