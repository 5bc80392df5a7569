//! Questions that identifiers answer.

use std::collections::{BTreeMap, BTreeSet};

use e3_evaluate::finding::{Question, Seen};

use super::{All, Answer, Sight};
use crate::{
    identifier::{Identifier, Kind},
    search::Found,
};

/// So many places are shown of what was found.
const SHOWN: usize = 16;

/// Who takes part: who was seen by anything that tells him, be it an address.
pub(super) fn participants(sight: &Sight<'_>) -> Answer {
    let mut by: BTreeMap<usize, BTreeSet<Kind>> = BTreeMap::new();
    for found in sight.found {
        let Identifier { kind, party, .. } = found.identifier;
        if let Some(party) = party.filter(|party| !sight.is_known_anyway(*party, *kind)) {
            by.entry(party).or_default().insert(*kind);
        }
    }
    let told: BTreeSet<usize> = by.keys().copied().collect();
    let evidence = by.iter().map(|(party, kinds)| {
        let kinds: Vec<_> = kinds.iter().map(|kind| word(*kind)).collect();
        format!("{} by {}", sight.name(*party), All(kinds))
    });
    Answer {
        question: Question::Participants,
        seen: told_of(sight, Question::Participants, &told),
        evidence: evidence.collect(),
    }
}

/// What parties are recognised by.
pub(super) fn of_parties(sight: &Sight<'_>, question: Question) -> Answer {
    let mut known = sight.known.iter();
    if !known.any(|one| one.kind.question() == question) {
        let why = "the parties have none".to_owned();
        return Answer {
            question,
            seen: Seen::NotApplicable(why),
            evidence: Vec::new(),
        };
    }
    let found = of(sight, question);
    let told = found.iter().filter_map(|found| found.identifier.party);
    Answer {
        question,
        seen: told_of(sight, question, &told.collect()),
        evidence: shown(&found),
    }
}

/// Which program runs.
pub(super) fn program(sight: &Sight<'_>) -> Answer {
    let found = of(sight, Question::Program);
    Answer {
        question: Question::Program,
        seen: if found.is_empty() {
            Seen::No
        } else {
            Seen::Yes
        },
        evidence: shown(&found),
    }
}

fn of<'a>(sight: &Sight<'a>, question: Question) -> Vec<&'a Found<'a>> {
    let all = sight.found.iter();
    all.filter(|found| {
        let Identifier { kind, party, .. } = found.identifier;
        let is_known = party.is_some_and(|party| sight.is_known_anyway(party, *kind));
        kind.question() == question && !is_known
    })
    .collect()
}

/// Whether these are all of whom there is something to tell. That a customer has a line, and which address, a provider
/// knows without any computation.
fn told_of(sight: &Sight<'_>, question: Question, told: &BTreeSet<usize>) -> Seen {
    let knows = matches!(question, Question::Participants | Question::Addresses);
    let others = sight
        .others()
        .filter(|party| told.contains(party) || !(knows && sight.customers.contains(party)));
    let others: Vec<_> = others.collect();
    let seen: Vec<_> = others.iter().filter(|party| told.contains(party)).collect();
    if seen.is_empty() {
        Seen::No
    } else if seen.len() == others.len() {
        Seen::Yes
    } else {
        let names = seen.iter().map(|party| sight.name(**party)).collect();
        Seen::Partly(format!("of {}", All(names)))
    }
}

/// What was found, each thing once: where first, and in how many other forms. What is not in headers tells more.
fn shown(found: &[&Found<'_>]) -> Vec<String> {
    let mut things: Vec<Vec<&Found<'_>>> = Vec::new();
    for one in found {
        let mut known = things.iter_mut();
        let same = known.find(|all| {
            let mut all = all.iter();
            all.any(|other| other.identifier == one.identifier)
        });
        match same {
            Some(same) => same.push(*one),
            None => things.push(vec![*one]),
        }
    }
    let line = |all: &Vec<&Found<'_>>| {
        let first = all.iter().find(|one| !one.header).or(all.first())?;
        Some(match all.len() - 1 {
            0 => first.to_string(),
            1 => format!("{first}; and once more elsewhere or otherwise"),
            others => format!("{first}; and {others} times elsewhere or otherwise"),
        })
    };
    let mut lines: Vec<_> = things.iter().filter_map(line).take(SHOWN).collect();
    let more = things.len().saturating_sub(SHOWN);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Name => "name",
        Kind::Did => "DID",
        Kind::Certificate => "certificate",
        Kind::Key => "key",
        Kind::Address => "address",
        Kind::Program => "program",
    }
}
