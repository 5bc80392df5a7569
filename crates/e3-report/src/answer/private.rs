//! Rule 7: over which overlay the least is seen.

use std::collections::{BTreeMap, BTreeSet};

use e3_evaluate::finding::Observation;

use super::{Asked, Fitness, worth};
use crate::read::Found;

/// How much is seen of whom.
#[derive(Debug)]
pub(crate) struct Privacy {
    /// Questions answered, by fit overlay, the fewest first.
    pub(crate) answered: Vec<(String, f64)>,
    /// Of how many.
    pub(crate) questions: usize,
    /// Overlays that were asked other questions.
    pub(crate) not_compared: Vec<String>,
}

impl Privacy {
    /// Questions that are answered over an overlay; none where others were asked of it.
    pub(super) fn of(&self, overlay: &str) -> Option<f64> {
        let mut all = self.answered.iter();
        all.find(|(other, _)| other == overlay)
            .map(|(_, answered)| *answered)
    }
}

/// None where nothing was observed.
pub(super) fn least(observations: &[Found<Observation>], fitness: &[Fitness]) -> Option<Privacy> {
    let mut asked: BTreeMap<&str, BTreeMap<Asked, f64>> = BTreeMap::new();
    for observation in observations {
        let observation = &observation.value;
        let fits = |one: &Fitness| one.overlay == observation.overlay && one.is_candidate();
        if fitness.iter().any(fits) {
            let answers = asked.entry(observation.overlay.as_str()).or_default();
            answers.insert(
                (observation.observer, observation.question),
                worth(&observation.seen),
            );
        }
    }
    // What was asked of the most is what is compared.
    let sets: Vec<BTreeSet<Asked>> = asked
        .values()
        .map(|answers| answers.keys().copied().collect())
        .collect();
    let usual = sets
        .iter()
        .max_by_key(|set| (sets.iter().filter(|other| other == set).count(), set.len()))?;
    let is_same = |answers: &BTreeMap<Asked, f64>| answers.keys().eq(usual.iter());
    let mut answered: Vec<(String, f64)> = asked
        .iter()
        .filter(|(_, answers)| is_same(answers))
        .map(|(overlay, answers)| ((*overlay).to_owned(), answers.values().sum()))
        .collect();
    answered.sort_by(|a, b| a.1.total_cmp(&b.1));
    let others = asked.iter().filter(|(_, answers)| !is_same(answers));
    Some(Privacy {
        answered,
        questions: usual.len(),
        not_compared: others.map(|(overlay, _)| (*overlay).to_owned()).collect(),
    })
}
