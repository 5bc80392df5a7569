//! What follows for a pair of hosts.

use e3_holder::wire::{Examined, ExaminedHost, LinkRecord};
use e3_reflector::{Outlook, outlook};
use serde::Serialize;

use crate::view::words;

/// What is to be expected of a pair, and what is so.
#[derive(Serialize)]
pub(super) struct Pair<'a> {
    a: &'a str,
    b: &'a str,
    /// By theory, from what both have found out.
    outlook: Outlook,
    /// How they are connected now; none where they are not, or no program needs it.
    now: Option<&'a LinkRecord>,
    /// Both, for a person.
    pub(super) sentence: String,
}

/// All pairs to which one of these hosts belongs.
pub(super) fn all<'a>(examined: &'a Examined, hosts: &[&'a ExaminedHost]) -> Vec<Pair<'a>> {
    let is_asked_for = |one: &ExaminedHost| hosts.iter().any(|host| host.host == one.host);
    let mut pairs = Vec::new();
    for (index, a) in examined.hosts.iter().enumerate() {
        for b in examined.hosts.iter().skip(index + 1) {
            if is_asked_for(a) || is_asked_for(b) {
                pairs.push(Pair::of(examined, a, b));
            }
        }
    }
    pairs
}

impl<'a> Pair<'a> {
    fn of(examined: &'a Examined, one: &'a ExaminedHost, other: &'a ExaminedHost) -> Self {
        let (a, b) = (one.host.host.as_str(), other.host.host.as_str());
        let mut links = examined.links.iter();
        let now = links.find(|link| [(a, b), (b, a)].contains(&(&link.a, &link.b)));
        let outlook = outlook(&one.report, &other.report);
        let is = now.map_or_else(String::new, |link| format!(" (now {})", words::way(link)));
        Self {
            a,
            b,
            outlook,
            now,
            sentence: format!("{a} and {b}: {}{is}", expected(outlook)),
        }
    }
}

fn expected(outlook: Outlook) -> &'static str {
    match outlook {
        Outlook::Direct => "will be direct",
        Outlook::DirectOverTcp => "will be direct, over TCP alone",
        Outlook::SameNetwork => "will be direct, if their own network lets them reach one another",
        Outlook::Either => {
            "will be direct or relayed: a reflector's second address would tell which"
        }
        Outlook::Relayed => "will be relayed",
        Outlook::Unknown => "nothing can be said",
    }
}
