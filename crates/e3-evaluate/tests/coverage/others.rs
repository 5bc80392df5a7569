//! Methods that are not used, since they promise more than they hold.

use e3_evaluate::statistics::{Interval, median};

use crate::world::Chance;

/// The bootstrap's, by percentiles, of the median (Efron, 1979).
pub(crate) fn bootstrap(ratios: &[f64], chance: &mut Chance) -> Interval {
    let mut medians: Vec<f64> = (0..1000)
        .filter_map(|_| {
            let again: Vec<f64> = ratios.iter().map(|_| chance.one_of(ratios)).collect();
            median(&again)
        })
        .collect();
    medians.sort_unstable_by(f64::total_cmp);
    between(&medians, 25)
}

/// The signed ranks' (Wilcoxon, turned round: Hodges and Lehmann, 1963), of the logarithms, for many figures.
pub(crate) fn signed_ranks(ratios: &[f64], _: &mut Chance) -> Interval {
    let mut means: Vec<f64> = ratios
        .iter()
        .enumerate()
        .flat_map(|(at, one)| ratios[at..].iter().map(move |other| (one * other).sqrt()))
        .collect();
    means.sort_unstable_by(f64::total_cmp);
    // By the normal distribution: half of them, less 1.96 standard deviations.
    let count = f64::from(u32::try_from(ratios.len()).unwrap());
    let deviation = (count * (count + 1.0) * (2.0 * count + 1.0) / 24.0).sqrt();
    let left_out = count * (count + 1.0) / 4.0 - 1.96 * deviation;
    let left_out = (0..means.len())
        .take_while(|at| f64::from(u32::try_from(*at).unwrap()) < left_out)
        .count();
    between(&means, left_out)
}

fn between(sorted: &[f64], left_out: usize) -> Interval {
    Interval {
        low: sorted[left_out],
        high: sorted[sorted.len() - 1 - left_out],
        confidence: 0.95,
    }
}
