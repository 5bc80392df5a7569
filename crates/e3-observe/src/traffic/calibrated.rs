//! Correlations, and how great they are by chance.

use super::{Drawn, Series};

/// By so many parts of a time what was said may arrive later: a second.
const LATER: usize = 20;

/// So many parts of a time stay together when what was said is shuffled: half a second.
const TOGETHER: usize = 10;

/// How often it is shuffled.
const SHUFFLES: usize = 199;

/// How many of these may be above the threshold: with the true order, at most one in a hundred of 200.
const ABOVE: usize = 1;

/// The least time that can be shuffled well: ten seconds.
const LEAST: usize = 200;

/// How like each trace is to what each pair said.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    /// By the trace, then by what was said: the greatest correlation within a second.
    scores: Vec<Vec<f64>>,
    /// What 99 of 100 of the greatest by chance stay below.
    pub threshold: f64,
}

/// What was said, where anything was, with length one.
type Words = Vec<(usize, f64)>;

impl Calibrated {
    /// Compares all with all. None where the time is too short, less than 10 s, or nothing was said.
    #[must_use]
    pub fn new(traces: &[Series], said: &[Series]) -> Option<Self> {
        if said.first()?.len() < LEAST {
            return None;
        }
        let traces: Vec<_> = traces.iter().map(|series| normal(series)).collect();
        let scores = scores(&traces, said);
        let mut drawn = Drawn::default();
        let chance = || {
            let shuffled: Vec<_> = said
                .iter()
                .map(|series| drawn.shuffled(series, TOGETHER))
                .collect();
            let all = self::scores(&traces, &shuffled).into_iter().flatten();
            all.fold(0.0, f64::max)
        };
        let mut chance: Vec<f64> = std::iter::repeat_with(chance).take(SHUFFLES).collect();
        chance.sort_by(|one, other| other.total_cmp(one));
        Some(Self {
            scores,
            threshold: chance.get(ABOVE).copied().unwrap_or(1.0),
        })
    }

    /// How like a trace is to what was said.
    #[must_use]
    pub fn score(&self, trace: usize, said: usize) -> f64 {
        let row = self.scores.get(trace);
        row.and_then(|row| row.get(said)).copied().unwrap_or(0.0)
    }

    /// Whether a trace is like this more than by chance, and like nothing else more.
    #[must_use]
    pub fn tells(&self, trace: usize, said: usize) -> bool {
        let own = self.score(trace, said);
        let row = self.scores.get(trace).into_iter().flatten().enumerate();
        let mut others = row.filter(|(other, _)| *other != said);
        own > self.threshold && others.all(|(_, score)| *score < own)
    }
}

fn scores(traces: &[Series], said: &[Series]) -> Vec<Vec<f64>> {
    let words: Vec<_> = said.iter().map(|series| words(series)).collect();
    let row = |trace: &Series| words.iter().map(|words| greatest(trace, words)).collect();
    traces.iter().map(row).collect()
}

/// With mean zero and length one; all zeros where nothing changes.
fn normal(series: &[f64]) -> Series {
    let mean = mean(series);
    let length = length(series, mean);
    let one = |value: &f64| {
        if length > 0.0 {
            (value - mean) / length
        } else {
            0.0
        }
    };
    series.iter().map(one).collect()
}

/// Since a trace has mean zero, where nothing was said nothing need be counted.
fn words(series: &[f64]) -> Words {
    let length = length(series, mean(series));
    let parts = series
        .iter()
        .enumerate()
        .filter(|(_, value)| **value != 0.0);
    parts
        .filter(|_| length > 0.0)
        .map(|(at, value)| (at, value / length))
        .collect()
}

fn mean(series: &[f64]) -> f64 {
    #[allow(clippy::cast_precision_loss)] // Some thousand.
    let count = series.len().max(1) as f64;
    series.iter().sum::<f64>() / count
}

/// Of what differs from the mean.
fn length(series: &[f64], mean: f64) -> f64 {
    let squares = series.iter().map(|value| (value - mean).powi(2));
    squares.sum::<f64>().sqrt()
}

/// The greatest correlation within a second. What would arrive behind the end is counted at the beginning.
fn greatest(trace: &Series, words: &Words) -> f64 {
    let one = |later: usize| {
        let parts = words.iter().map(|(at, value)| {
            let there = trace.get((at + later) % trace.len().max(1));
            there.copied().unwrap_or(0.0) * value
        });
        parts.sum::<f64>()
    };
    (0..=LATER).map(one).fold(0.0, f64::max)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    impl Drawn {
        fn part(&mut self) -> f64 {
            #[allow(clippy::cast_precision_loss)] // It is small.
            let part = self.below(1 << 30) as f64;
            part / f64::from(1 << 30)
        }

        /// Now and then something, of different size.
        pub(crate) fn bursts(&mut self, count: usize) -> Series {
            let one = |_| match self.part() {
                talks if talks < 0.2 => 500.0 + 20_000.0 * self.part(),
                _ => 0.0,
            };
            (0..count).map(one).collect()
        }
    }

    /// Later by some parts.
    pub(crate) fn later(series: &Series, parts: usize) -> Series {
        let mut moved = series.clone();
        moved.rotate_right(parts);
        moved
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn what_was_said_is_told_from_what_others_said(seed: u64, delay in 0..LATER) {
            let mut drawn = Drawn(seed);
            let said: Vec<_> = (0..4).map(|_| drawn.bursts(300)).collect();
            let noisy = |series: &Series| later(series, delay).iter().map(|value| value * 1.1 + 40.0).collect();
            let traces: Vec<Series> = said.iter().map(noisy).collect();
            let calibrated = Calibrated::new(&traces, &said).unwrap();
            for trace in 0..4 {
                for other in 0..4 {
                    prop_assert_eq!(calibrated.tells(trace, other), trace == other);
                }
            }
        }

        #[test]
        fn nobody_is_told_of_traffic_that_never_changes(seed: u64) {
            let mut drawn = Drawn(seed);
            let said: Vec<_> = (0..4).map(|_| drawn.bursts(300)).collect();
            let calibrated = Calibrated::new(&[vec![1500.0; 300]], &said).unwrap();
            prop_assert!((0..4).all(|said| !calibrated.tells(0, said)));
        }
    }

    /// Of traces that have nothing to do with what was said, some are like it by chance: about one in a hundred at most.
    #[test]
    fn the_threshold_holds_what_it_says() {
        let mut told = 0;
        for seed in 0..100 {
            let mut drawn = Drawn(seed);
            let said: Vec<_> = (0..3).map(|_| drawn.bursts(260)).collect();
            let traces: Vec<_> = (0..3).map(|_| drawn.bursts(260)).collect();
            let calibrated = Calibrated::new(&traces, &said).unwrap();
            let mut all = (0..9).map(|both| calibrated.tells(both / 3, both % 3));
            told += u32::from(all.any(|told| told));
        }
        assert!(told <= 5, "{told} of 100");
    }

    #[test]
    fn too_short_a_time_tells_nothing() {
        assert!(Calibrated::new(&[vec![1.0; 150]], &[vec![1.0; 150]]).is_none());
        assert!(Calibrated::new(&[], &[]).is_none());
    }
}
