//! Rule 8: what takes the least effort.

use e3_evaluate::finding::{Counts, Effort, Means, Occasion};

use super::{At, Fitness};
use crate::read::{EFFORT, Found};

/// The least effort, by hand and by E³.
#[derive(Debug)]
pub(crate) struct Simple {
    pub(crate) by_hand: Vec<Taken>,
    pub(crate) by_e3: Vec<Taken>,
}

/// What a first session took.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) overlay: String,
    pub(crate) counts: Counts,
    pub(crate) at: At,
}

impl Taken {
    /// What rule 8 looks at, in its order.
    pub(crate) fn weight(&self) -> [u32; 4] {
        let Counts {
            steps,
            secrets,
            programs,
            lines,
            ..
        } = self.counts;
        [steps, secrets, programs, lines]
    }
}

impl Simple {
    /// None where no first session was counted.
    pub(super) fn of(effort: &[Found<Effort>], fitness: &[Fitness]) -> Option<Self> {
        let simple = Self {
            by_hand: taken(effort, Means::ByHand, fitness),
            by_e3: taken(effort, Means::E3, fitness),
        };
        (!simple.by_hand.is_empty() || !simple.by_e3.is_empty()).then_some(simple)
    }
}

/// The least first, of overlays that can be an answer.
fn taken(effort: &[Found<Effort>], means: Means, fitness: &[Fitness]) -> Vec<Taken> {
    let is_candidate = |overlay: &str| {
        let known = fitness.iter().find(|one| one.overlay == overlay);
        known.is_none_or(Fitness::is_candidate)
    };
    let mut taken: Vec<Taken> = effort
        .iter()
        .filter(|one| one.value.means == means && one.value.occasion == Occasion::First)
        .filter(|one| is_candidate(&one.value.overlay))
        .filter_map(|one| {
            let at = At {
                file: EFFORT,
                line: one.line,
            };
            Some(Taken {
                overlay: one.value.overlay.clone(),
                counts: one.value.counts?,
                at,
            })
        })
        .collect();
    taken.sort_by_key(Taken::weight);
    taken
}
