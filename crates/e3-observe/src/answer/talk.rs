//! Questions that times and volumes answer.

use e3_evaluate::finding::{Question, Seen};

use super::{All, Answer, Sight};
use crate::traffic::{Judgement, Pair, Path, Sum};

/// Volumes are known where none differs from what the others lead to expect by more than this part.
const NEAR: f64 = 0.25;

/// Which pairs talk.
pub(super) fn pairs(sight: &Sight<'_>) -> Answer {
    let Some(judged) = sight.judged else {
        return nothing(Question::Pairs);
    };
    let told: Vec<_> = of(sight, judged).filter(|pair| pair.told).collect();
    let count = of(sight, judged).count();
    let mut evidence: Vec<_> = of(sight, judged).map(|pair| figure(sight, pair)).collect();
    evidence.push(threshold(judged));
    evidence.extend(silent(sight, judged));
    Answer {
        question: Question::Pairs,
        seen: part(told.len(), count, || {
            let names = told.iter().map(|pair| pair_of(sight, pair));
            let names: Vec<_> = names.collect();
            All(names.iter().map(String::as_str).collect()).to_string()
        }),
        evidence,
    }
}

/// When they talk.
pub(super) fn times(sight: &Sight<'_>) -> Answer {
    let Some(judged) = sight.judged else {
        return nothing(Question::Times);
    };
    let told = of(sight, judged).filter(|pair| pair.told).count();
    let all = told == of(sight, judged).count() && told > 0;
    let mut evidence: Vec<_> = sums(sight, judged)
        .map(|sum| sum_figure(sight, sum))
        .collect();
    evidence.push(threshold(judged));
    Answer {
        question: Question::Times,
        seen: if all {
            Seen::Yes
        } else {
            some(sight, judged, told, |sum| sum.told)
        },
        evidence,
    }
}

/// How much they say.
pub(super) fn volumes(sight: &Sight<'_>) -> Answer {
    let Some(judged) = sight.judged else {
        return nothing(Question::Volumes);
    };
    let pairs: Vec<_> = of(sight, judged).collect();
    let factors: Vec<f64> = pairs.iter().filter_map(|pair| pair.factor).collect();
    let near = near(&factors);
    let all = near.len() == pairs.len() && !pairs.is_empty();
    let measured = pairs.iter().filter_map(|pair| {
        let factor = pair.factor?;
        let who = pair_of(sight, pair);
        Some(format!("{who}: {factor:.2} bytes for each that was said"))
    });
    let sums = sums(sight, judged).filter_map(|sum| {
        let factor = sum.factor?;
        let who = sight.name(sum.from);
        Some(format!(
            "all of {who}: {factor:.2} bytes for each that was said"
        ))
    });
    Answer {
        question: Question::Volumes,
        seen: if all {
            Seen::Yes
        } else {
            some(sight, judged, near.len(), |sum| sum.factor.is_some())
        },
        evidence: measured.chain(sums).collect(),
    }
}

/// The pairs about whom there is something to tell: what a party says itself, and hears, it knows.
fn of<'a>(sight: &'a Sight<'_>, judged: &'a Judgement) -> impl Iterator<Item = &'a Pair> {
    let knows = |pair: &&Pair| !sight.own.contains(&pair.from) && !sight.own.contains(&pair.to);
    judged.pairs.iter().filter(knows)
}

fn sums<'a>(sight: &'a Sight<'_>, judged: &'a Judgement) -> impl Iterator<Item = &'a Sum> {
    let knows = |sum: &&Sum| !sight.own.contains(&sum.from);
    judged.sums.iter().filter(knows)
}

/// Of pairs, or else of all that single parties say.
fn some(
    sight: &Sight<'_>,
    judged: &Judgement,
    pairs: usize,
    is_told: impl Fn(&Sum) -> bool,
) -> Seen {
    let sums = sums(sight, judged).filter(|sum| is_told(sum));
    let who: Vec<_> = sums.map(|sum| sight.name(sum.from)).collect();
    match (pairs, who.is_empty()) {
        (0, true) => Seen::No,
        (0, false) => Seen::Partly(format!("of {}, to all together", All(who))),
        (pairs, _) => Seen::Partly(format!("of {pairs} pairs")),
    }
}

fn part(told: usize, of: usize, which: impl FnOnce() -> String) -> Seen {
    match told {
        0 => Seen::No,
        told if told == of => Seen::Yes,
        _ => Seen::Partly(which()),
    }
}

/// Those that are near the one in the middle.
fn near(factors: &[f64]) -> Vec<f64> {
    let mut sorted = factors.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.get(sorted.len() / 2).copied().unwrap_or(1.0);
    let is_near = |factor: &f64| (factor / middle - 1.0).abs() <= NEAR;
    sorted.into_iter().filter(is_near).collect()
}

fn figure(sight: &Sight<'_>, pair: &Pair) -> String {
    let who = pair_of(sight, pair);
    let verdict = if pair.told { "told" } else { "not told" };
    match pair.best {
        None => format!("{who}: nothing between them was seen, {verdict}"),
        Some((Path::Direct, score)) => {
            format!("{who}: correlation {score:.2} by their addresses, {verdict}")
        }
        Some((Path::By(by), score)) => {
            format!("{who}: correlation {score:.2} through {by}, {verdict}")
        }
    }
}

fn sum_figure(sight: &Sight<'_>, sum: &Sum) -> String {
    let (who, score) = (sight.name(sum.from), sum.score);
    let verdict = if sum.told { "told" } else { "not told" };
    format!("all that {who} sends: correlation {score:.2}, {verdict}")
}

fn pair_of(sight: &Sight<'_>, pair: &Pair) -> String {
    format!("{} → {}", sight.name(pair.from), sight.name(pair.to))
}

fn threshold(judged: &Judgement) -> String {
    format!(
        "by chance a correlation of pairs exceeds {:.2} in one of a hundred cases (199 permutations)",
        judged.threshold
    )
}

fn silent(sight: &Sight<'_>, judged: &Judgement) -> Option<String> {
    let pairs = judged.silent.iter();
    let names: Vec<_> = pairs
        .map(|(a, b)| format!("{}–{}", sight.name(*a), sight.name(*b)))
        .collect();
    let names = All(names.iter().map(String::as_str).collect());
    (!judged.silent.is_empty())
        .then(|| format!("packets pass between {names}, too, who say nothing to one another"))
}

fn nothing(question: Question) -> Answer {
    Answer {
        question,
        seen: Seen::No,
        evidence: vec!["no packets pass there".to_owned()],
    }
}
