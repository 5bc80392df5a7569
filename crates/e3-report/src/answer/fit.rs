//! Rules 1 and 2: which overlays may be used where the network is not trusted, and with which identities.

use std::collections::{BTreeMap, BTreeSet};

use e3_evaluate::finding::{Attack, Experiment, Verdict};

use super::At;
use crate::read::{Findings, Found, SECURITY};
use crate::sums::{BASE, CONTROL, Sum};
use crate::words;

/// What is known of one overlay.
#[derive(Debug)]
pub(crate) struct Fitness {
    pub(crate) overlay: String,
    pub(crate) state: State,
    /// Promises that were broken.
    pub(crate) broken_promises: Vec<(Attack, At)>,
    /// By identity, the attacks that succeeded with it, or of which nothing is known.
    pub(crate) against: BTreeMap<String, Vec<(Attack, Option<At>)>>,
}

/// Whether an overlay may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// With these identities.
    Fit(Vec<String>),
    /// With none.
    Unfit,
    /// Nobody has tried.
    NotExamined,
}

impl Fitness {
    /// Whether it can be an answer.
    pub(crate) fn is_candidate(&self) -> bool {
        match self.state {
            State::Fit(_) => true,
            State::Unfit => false,
            State::NotExamined => self.overlay != BASE,
        }
    }

    /// The attacks that succeeded with the identity with which the fewest did.
    pub(crate) fn least_against(&self) -> &[(Attack, Option<At>)] {
        let all = self.against.values();
        all.min_by_key(|against| against.len())
            .map_or(&[], Vec::as_slice)
    }
}

/// All overlays of which anything is known, the control aside.
pub(super) fn all(findings: &Findings, sums: &[Sum]) -> Vec<Fitness> {
    let measured = sums.iter().map(|sum| &sum.cell.overlay);
    let attacked = findings.security.iter().map(|one| &one.value.overlay);
    let observed = findings.privacy.iter().map(|one| &one.value.overlay);
    let counted = findings.effort.iter().map(|one| &one.value.overlay);
    let names: BTreeSet<&String> = measured
        .chain(attacked)
        .chain(observed)
        .chain(counted)
        .collect();
    let mut names: Vec<&String> = names.into_iter().filter(|name| *name != CONTROL).collect();
    names.sort_by_key(|name| words::rank(name));
    let tried: BTreeSet<Attack> = findings
        .security
        .iter()
        .map(|one| one.value.attack)
        .collect();
    names
        .into_iter()
        .map(|name| one(name, &findings.security, &tried))
        .collect()
}

fn one(overlay: &str, security: &[Found<Experiment>], tried: &BTreeSet<Attack>) -> Fitness {
    let mine: Vec<&Found<Experiment>> = security
        .iter()
        .filter(|one| one.value.overlay == overlay)
        .collect();
    let broken_promises: Vec<(Attack, At)> = mine
        .iter()
        .filter(|one| one.value.breaks_promise())
        .map(|one| (one.value.attack, at(one)))
        .collect();
    let identities: BTreeSet<&str> = mine.iter().map(|one| one.value.identity.as_str()).collect();
    let mut identities: Vec<&str> = identities.into_iter().collect();
    identities.sort_by_key(|identity| words::rank(identity));
    let against: BTreeMap<String, Vec<(Attack, Option<At>)>> = identities
        .iter()
        .map(|identity| ((*identity).to_owned(), against(identity, &mine, tried)))
        .collect();
    let holds = |identity: &&&str| against.get(**identity).is_some_and(Vec::is_empty);
    let fit: Vec<String> = identities
        .iter()
        .filter(holds)
        .map(|identity| (*identity).to_owned())
        .collect();
    let state = match (
        security.is_empty(),
        fit.is_empty() || !broken_promises.is_empty(),
    ) {
        (true, _) => State::NotExamined,
        (false, true) => State::Unfit,
        (false, false) => State::Fit(fit),
    };
    Fitness {
        overlay: overlay.to_owned(),
        state,
        broken_promises,
        against,
    }
}

/// Attacks that succeeded with an identity, or of which nothing is known: those that were not tried have no line.
fn against(
    identity: &str,
    mine: &[&Found<Experiment>],
    tried: &BTreeSet<Attack>,
) -> Vec<(Attack, Option<At>)> {
    let mut against = Vec::new();
    for attack in tried {
        let mut of_it = mine
            .iter()
            .filter(|one| one.value.identity == identity && one.value.attack == *attack)
            .peekable();
        if of_it.peek().is_none() {
            against.push((*attack, None));
        }
        against.extend(
            of_it
                .filter(|one| matches!(one.value.verdict, Verdict::Broken | Verdict::Unknown(_)))
                .map(|one| (*attack, Some(at(one)))),
        );
    }
    against
}

fn at(found: &Found<Experiment>) -> At {
    At {
        file: SECURITY,
        line: found.line,
    }
}
