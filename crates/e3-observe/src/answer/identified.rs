//! Questions that identifiers answer.

use std::collections::{BTreeMap, BTreeSet};

use e3_evaluate::finding::{Question, Seen};

use super::{All, Answer, Sight};
use crate::{identifier::Kind, search::Found};

/// So many places are shown of what was found.
const SHOWN: usize = 8;

/// Who takes part: who was seen by anything that tells him, be it an address.
pub(super) fn participants(sight: &Sight<'_>) -> Answer {
    let mut by: BTreeMap<usize, BTreeSet<Kind>> = BTreeMap::new();
    for found in sight.found {
        if let Some(party) = found.identifier.party {
            by.entry(party).or_default().insert(found.identifier.kind);
        }
    }
    let told: BTreeSet<usize> = by.keys().copied().collect();
    let evidence = by.iter().map(|(party, kinds)| {
        let kinds: Vec<_> = kinds.iter().map(|kind| word(*kind)).collect();
        format!("{} by {}", sight.name(*party), All(kinds))
    });
    Answer {
        question: Question::Participants,
        seen: told_of(sight, &told),
        evidence: evidence.collect(),
    }
}

/// What parties are recognised by.
pub(super) fn of_parties(sight: &Sight<'_>, question: Question) -> Answer {
    let found = of(sight, question);
    let told = found.iter().filter_map(|found| found.identifier.party);
    Answer {
        question,
        seen: told_of(sight, &told.collect()),
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
    all.filter(|found| found.identifier.kind.question() == question)
        .collect()
}

/// Whether these are all of whom there is something to tell.
fn told_of(sight: &Sight<'_>, told: &BTreeSet<usize>) -> Seen {
    let others: Vec<_> = sight.others().collect();
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

/// What was found, each thing once in each form, and how much more there is.
fn shown(found: &[&Found<'_>]) -> Vec<String> {
    let mut lines: Vec<_> = found
        .iter()
        .take(SHOWN)
        .copied()
        .map(ToString::to_string)
        .collect();
    let more = found.len().saturating_sub(SHOWN);
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
