//! What follows for each question from what was found and judged.

mod identified;
mod talk;

use std::{collections::BTreeSet, fmt};

use e3_evaluate::finding::{Question, Seen as Answered};

use crate::{
    identifier::{Identifier, Kind},
    search::Found,
    traffic::Judgement,
};

/// What an observer has seen of a run, and what was made of it.
#[derive(Debug)]
pub struct Sight<'a> {
    /// The parties' names, in the order of indices.
    pub parties: &'a [String],
    /// The parties that the observer knows anyway: another party knows itself.
    pub own: BTreeSet<usize>,
    /// Those whose addresses it knows anyway: a provider has given its customer one.
    pub customers: BTreeSet<usize>,
    /// What was looked for.
    pub known: &'a [Identifier],
    /// Identifiers in captures, logs and files.
    pub found: &'a [Found<'a>],
    /// What times and volumes tell; none where the observer has no line.
    pub judged: Option<&'a Judgement>,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// At what was looked.
    pub question: Question,
    /// What can be told.
    pub seen: Answered,
    /// What shows it: one sentence each.
    pub evidence: Vec<String>,
}

/// The answers to all questions.
#[must_use]
pub fn answers(sight: &Sight<'_>) -> Vec<Answer> {
    let one = |question| match question {
        Question::Participants => identified::participants(sight),
        Question::Pairs => talk::pairs(sight),
        Question::Times => talk::times(sight),
        Question::Volumes => talk::volumes(sight),
        Question::Program => identified::program(sight),
        Question::Addresses
        | Question::Names
        | Question::Dids
        | Question::Certificates
        | Question::Keys => identified::of_parties(sight, question),
    };
    Question::ALL.into_iter().map(one).collect()
}

impl Sight<'_> {
    /// A party's name.
    fn name(&self, party: usize) -> &str {
        self.parties.get(party).map_or("?", String::as_str)
    }

    /// Whether the observer knows this of a party anyway.
    fn is_known_anyway(&self, party: usize, kind: Kind) -> bool {
        self.own.contains(&party) || kind == Kind::Address && self.customers.contains(&party)
    }

    /// Those about whom there is something to tell.
    fn others(&self) -> impl Iterator<Item = usize> {
        (0..self.parties.len()).filter(|party| !self.own.contains(party))
    }
}

/// `anna, ben and carla`.
struct All<'a>(Vec<&'a str>);

impl fmt::Display for All<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_last() {
            None => f.write_str("nobody"),
            Some((last, [])) => f.write_str(last),
            Some((last, others)) => write!(f, "{} and {last}", others.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests;
