//! Rules 3 to 6: what is fastest in which circumstance.

use e3_evaluate::statistics::Interval;

use super::{Fitness, Privacy};
use crate::href::Anchor;
use crate::sums::{BASE, CONFIDENCE, CONTROL, Sum, Told};
use crate::words;

/// A network and a program, and what follows for them.
#[derive(Debug)]
pub(crate) struct Circumstance {
    pub(crate) network: String,
    pub(crate) program: String,
    /// The answer; none where there is none, for the reason in `left_out`.
    pub(crate) choice: Option<String>,
    /// Others that are as good in as many works.
    pub(crate) as_good: Vec<String>,
    /// In how many of the works the answer is best or as good.
    pub(crate) best_in: usize,
    /// The answer's geometric mean of ratios.
    pub(crate) mean: Option<f64>,
    /// What was compared, work by work.
    pub(crate) works: Vec<Work>,
    /// Overlays that took no part, and why.
    pub(crate) left_out: Vec<(String, String)>,
}

/// A size and a number of parties.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) size: String,
    pub(crate) parties: u16,
    /// The factor that the machine may have made by itself, as the control tells: 1 where its interval has 1 in it.
    pub(crate) slack: f64,
    /// The best first.
    pub(crate) compared: Vec<Compared>,
}

/// One overlay at one work.
#[derive(Debug, Clone)]
pub(crate) struct Compared {
    pub(crate) overlay: String,
    pub(crate) ratio: f64,
    pub(crate) interval: Interval,
    pub(crate) rounds: usize,
    /// Where it is told.
    pub(crate) anchor: Anchor,
    /// Best, or as good.
    pub(crate) is_best: bool,
}

/// All circumstances, in the order of cells.
pub(super) fn all(
    sums: &[Sum],
    fitness: &[Fitness],
    privacy: Option<&Privacy>,
) -> Vec<Circumstance> {
    let mut order: Vec<(&str, &str)> = Vec::new();
    for sum in sums {
        let circumstance = (sum.cell.network.as_str(), sum.cell.program.as_str());
        if !order.contains(&circumstance) {
            order.push(circumstance);
        }
    }
    order
        .into_iter()
        .map(|(network, program)| {
            let mine: Vec<&Sum> = sums
                .iter()
                .filter(|sum| sum.cell.network == network && sum.cell.program == program)
                .collect();
            one(network, program, &mine, fitness, privacy)
        })
        .collect()
}

fn one(
    network: &str,
    program: &str,
    sums: &[&Sum],
    fitness: &[Fitness],
    privacy: Option<&Privacy>,
) -> Circumstance {
    let mut left_out = Vec::new();
    let mut works = works(program, sums);
    let candidates = candidates(sums, fitness, &works, &mut left_out);
    for work in &mut works {
        work.compared
            .retain(|one| candidates.contains(&one.overlay));
        mark_best(work);
    }
    let mut ranked: Vec<Ranked<'_>> = candidates
        .iter()
        .filter_map(|overlay| rank(overlay, program, &works, privacy))
        .collect();
    ranked.sort_by(Ranked::order);
    let first = ranked.first();
    let as_good = ranked
        .iter()
        .skip(1)
        .filter(|other| first.is_some_and(|first| other.best_in == first.best_in))
        .map(|other| other.overlay.to_owned())
        .collect();
    Circumstance {
        network: network.to_owned(),
        program: program.to_owned(),
        choice: first.map(|first| first.overlay.to_owned()),
        as_good,
        best_in: first.map_or(0, |first| first.best_in),
        mean: first.map(|first| first.mean),
        works,
        left_out,
    }
}

/// One that may be the answer.
struct Ranked<'a> {
    overlay: &'a str,
    best_in: usize,
    /// Questions that are answered to observers.
    seen: f64,
    mean: f64,
    /// The mean of how much slower than direct it is.
    slower: f64,
}

impl Ranked<'_> {
    /// Rule 6.
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        let best = other.best_in.cmp(&self.best_in);
        let seen = self.seen.total_cmp(&other.seen);
        best.then(seen).then(self.slower.total_cmp(&other.slower))
    }
}

fn is_more_better(program: &str) -> bool {
    words::main_figure(program).more_is_better()
}

/// Every work with all that was measured of it, whoever takes part.
fn works(program: &str, sums: &[&Sum]) -> Vec<Work> {
    let mut works: Vec<Work> = Vec::new();
    for sum in sums {
        let (size, parties) = (&sum.cell.size, sum.cell.parties);
        if !works
            .iter()
            .any(|work| work.size == *size && work.parties == parties)
        {
            works.push(Work {
                size: size.clone(),
                parties,
                slack: 1.0,
                compared: Vec::new(),
            });
        }
        let Some(work) = works
            .iter_mut()
            .find(|work| work.size == *size && work.parties == parties)
        else {
            continue;
        };
        let Some((told, compared)) = sum
            .main()
            .and_then(|told| Some((told, compared(sum, told)?)))
        else {
            continue;
        };
        if sum.cell.overlay == CONTROL {
            work.slack = told.interval().map_or(1.0, slack);
        } else if !work
            .compared
            .iter()
            .any(|other| other.overlay == compared.overlay)
        {
            // Identities make no difference to a program's time: the first that was measured stands for all.
            work.compared.push(compared);
        }
    }
    for work in &mut works {
        work.compared.sort_by(|a, b| {
            let order = a.ratio.total_cmp(&b.ratio);
            if is_more_better(program) {
                order.reverse()
            } else {
                order
            }
        });
    }
    works
}

/// How far the control is from 1, at worst, where it is.
fn slack(control: Interval) -> f64 {
    if control.contains(1.0) || control.low <= 0.0 || control.confidence < CONFIDENCE {
        1.0
    } else {
        control.high.max(1.0 / control.low)
    }
}

fn compared(sum: &Sum, told: &Told) -> Option<Compared> {
    let ratio = told.ratio?;
    Some(Compared {
        overlay: sum.cell.overlay.clone(),
        ratio: ratio.median,
        interval: told.interval()?,
        rounds: ratio.rounds,
        anchor: sum.anchor.clone(),
        is_best: false,
    })
}

fn candidates(
    sums: &[&Sum],
    fitness: &[Fitness],
    works: &[Work],
    left_out: &mut Vec<(String, String)>,
) -> Vec<String> {
    let mut candidates = Vec::new();
    for fitness in fitness {
        let overlay = &fitness.overlay;
        let mine: Vec<&&Sum> = sums
            .iter()
            .filter(|sum| sum.cell.overlay == *overlay)
            .collect();
        if mine.is_empty() || overlay == BASE {
            continue;
        }
        if !fitness.is_candidate() {
            let why = if fitness.broken_promises.is_empty() {
                let against = fitness.least_against().len();
                let attacks = words::count(
                    against,
                    "attack was not shown to fail",
                    "attacks were not shown to fail",
                );
                format!("not fit: {attacks}, with whatever identity")
            } else {
                "not fit: it broke a promise".to_owned()
            };
            left_out.push((overlay.clone(), why));
            continue;
        }
        let finished = works
            .iter()
            .filter(|work| work.compared.iter().any(|one| one.overlay == *overlay))
            .count();
        let open = works
            .iter()
            .filter(|work| !work.compared.is_empty())
            .count();
        if finished < open {
            left_out.push((
                overlay.clone(),
                format!("has figures of {finished} of {open} works"),
            ));
        } else if let Some(fails) = mine.iter().find(|sum| sum.fails()) {
            let (failed, runs) = (fails.failures.len(), fails.runs + fails.failures.len());
            left_out.push((
                overlay.clone(),
                format!("{failed} of {runs} runs of {} failed", fails.cell),
            ));
        } else {
            candidates.push(overlay.clone());
        }
    }
    candidates
}

/// The list begins with the best.
fn mark_best(work: &mut Work) {
    let slack = work.slack;
    let wide = |interval: Interval| Interval {
        low: interval.low / slack,
        high: interval.high * slack,
        ..interval
    };
    let Some(best) = work.compared.first().map(|first| wide(first.interval)) else {
        return;
    };
    for (index, one) in work.compared.iter_mut().enumerate() {
        let is_known = one.interval.confidence.min(best.confidence) >= CONFIDENCE;
        one.is_best = index == 0 || !is_known || wide(one.interval).overlaps(&best);
    }
}

/// None of an overlay without a ratio.
fn rank<'a>(
    overlay: &'a str,
    program: &str,
    works: &[Work],
    privacy: Option<&Privacy>,
) -> Option<Ranked<'a>> {
    let mine: Vec<&Compared> = works
        .iter()
        .filter_map(|work| work.compared.iter().find(|one| one.overlay == overlay))
        .filter(|one| one.ratio > 0.0)
        .collect();
    let count = u32::try_from(mine.len()).ok().filter(|count| *count > 0)?;
    let logs: f64 = mine.iter().map(|one| one.ratio.ln()).sum();
    let mean = (logs / f64::from(count)).exp();
    let seen = privacy.and_then(|privacy| privacy.of(overlay));
    Some(Ranked {
        overlay,
        best_in: mine.iter().filter(|one| one.is_best).count(),
        // Nothing known is no reason to prefer it.
        seen: seen.unwrap_or(f64::MAX),
        mean,
        slower: if is_more_better(program) {
            1.0 / mean
        } else {
            mean
        },
    })
}
