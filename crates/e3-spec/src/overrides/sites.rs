//! `--site [NAME=]REGION[:NAT][*HOSTS]`: a site in one word.

use std::ops::Range;

use crate::raw::{Node, Value};
use crate::report::Report;
use crate::source::Place;

/// Adds a group of hosts that share a site.
pub(super) fn add(root: &mut Node, said: &str, report: &mut Report) {
    const FLAG: &str = "--site ";
    let whole = report.sources.add(&format!("{FLAG}{said}"));
    let place = |range: Range<usize>| whole.at(FLAG.len() + range.start..FLAG.len() + range.end);
    let Word {
        name,
        region,
        nat,
        count,
    } = Word::split(said);
    let mut group = Node::empty(whole);
    let text = |range: Range<usize>| Node {
        place: place(range.clone()),
        value: Value::Text(said.get(range).unwrap_or_default().to_owned()),
    };
    group.set("region", place(region.clone()), text(region.clone()));
    if let Some(nat) = nat {
        group.set("nat", place(nat.clone()), text(nat));
    }
    if let Some(count) = count {
        let Ok(number) = said.get(count.clone()).unwrap_or_default().parse() else {
            report
                .wrong(place(count), "this is no number of hosts")
                .expected("a number after the star, as in --site ams3*3");
            return;
        };
        let value = Value::Integer(number);
        let place = place(count);
        group.set("count", place, Node { place, value });
    }
    if root.get_mut("hosts").is_none() {
        root.set("hosts", whole, Node::empty(whole));
    }
    let Some(hosts) = root.get_mut("hosts") else {
        return;
    };
    let (name, named) = match name {
        Some(range) => (
            said.get(range.clone()).unwrap_or_default().to_owned(),
            range,
        ),
        None => (
            free(hosts, said.get(region.clone()).unwrap_or_default()),
            region,
        ),
    };
    let place: Place = place(named);
    if hosts.get_mut(&name).is_some() {
        report
            .wrong(place, format!("there is a site `{name}` already"))
            .expected("a name of its own for each, as in --site home=ams3");
        return;
    }
    hosts.set(&name, place, group);
}

/// The parts of the word, by their places in it.
struct Word {
    name: Option<Range<usize>>,
    region: Range<usize>,
    nat: Option<Range<usize>>,
    count: Option<Range<usize>>,
}

impl Word {
    fn split(said: &str) -> Self {
        let start = said.find('=').map_or(0, |at| at + 1);
        let rest = said.get(start..).unwrap_or_default();
        let star = rest.rfind('*').map(|at| start + at);
        let end = star.unwrap_or(said.len());
        let colon = said
            .get(start..end)
            .and_then(|rest| rest.find(':'))
            .map(|at| start + at);
        Self {
            name: (start > 0).then(|| 0..start - 1),
            region: start..colon.unwrap_or(end),
            nat: colon.map(|at| at + 1..end),
            count: star.map(|at| at + 1..said.len()),
        }
    }
}

/// The region's name, or that with a number where it is taken.
fn free(hosts: &mut Node, region: &str) -> String {
    let mut name = region.to_owned();
    let mut number = 2;
    while hosts.get_mut(&name).is_some() {
        name = format!("{region}x{number}");
        number += 1;
    }
    name
}
