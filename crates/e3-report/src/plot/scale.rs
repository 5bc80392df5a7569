//! From figures to places.

/// A scale between two figures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    is_log: bool,
}

impl Scale {
    /// Equal factors are equal lengths. Ends at a round figure on either side; `always` is on it.
    pub(super) fn log(
        values: impl Iterator<Item = f64>,
        always: Option<f64>,
        (from, to): (f64, f64),
    ) -> Self {
        let drawn = values.chain(always).filter(|value| can_be_logged(*value));
        let (low, high) = ends(drawn).unwrap_or((1.0, 10.0));
        let (mut low, mut high) = (round_down(low), round_up(high));
        if high / low < 2.0 {
            low /= 1.5;
            high *= 1.5;
        }
        Self {
            low,
            high,
            from,
            to,
            is_log: true,
        }
    }

    /// Equal differences are equal lengths.
    pub(super) fn linear(
        values: impl Iterator<Item = f64>,
        always: Option<f64>,
        (from, to): (f64, f64),
    ) -> Self {
        let drawn = values
            .chain(always)
            .filter(|value| value.is_finite() && value.abs() < 1e15);
        let (low, high) = ends(drawn).unwrap_or((0.0, 1.0));
        let high = if high > low { high } else { low + 1.0 };
        Self {
            low,
            high,
            from,
            to,
            is_log: false,
        }
    }

    /// None of a figure that has no place.
    pub(super) fn at(&self, value: f64) -> Option<f64> {
        let part = if self.is_log {
            can_be_logged(value).then(|| (value / self.low).ln() / (self.high / self.low).ln())?
        } else {
            value
                .is_finite()
                .then(|| (value - self.low) / (self.high - self.low))?
        };
        Some(self.from + part.clamp(0.0, 1.0) * (self.to - self.from))
    }

    /// Round figures, not more than have room.
    pub(super) fn ticks(&self, most: usize) -> Vec<f64> {
        let candidates: [Vec<f64>; 4] = if self.is_log {
            [
                self.powers(&[1.0, 1.5, 2.0, 3.0, 5.0, 7.0]),
                self.powers(&[1.0, 2.0, 5.0]),
                self.powers(&[1.0, 3.0]),
                self.powers(&[1.0]),
            ]
        } else {
            let range = self.high - self.low;
            let step = 10_f64.powf((range / 5.0).log10().floor());
            [1.0, 2.0, 5.0, 10.0]
                .map(|factor| self.multiples((step * factor).max(f64::MIN_POSITIVE)))
        };
        let fits = candidates
            .iter()
            .find(|ticks| ticks.len() <= most && ticks.len() > 1);
        if let Some(ticks) = fits {
            return ticks.clone();
        }
        // Too many decades for a figure each.
        let last = candidates.last().cloned().unwrap_or_default();
        let step = last.len().div_ceil(most.max(1)).max(1);
        last.into_iter().step_by(step).collect()
    }

    fn powers(&self, factors: &[f64]) -> Vec<f64> {
        let mut ticks = Vec::new();
        let mut decade = 10_f64.powf(self.low.log10().floor());
        while decade <= self.high && ticks.len() < 400 {
            ticks.extend(factors.iter().map(|factor| factor * decade));
            decade *= 10.0;
        }
        let around = 1.0 + 1e-9;
        ticks.retain(|tick| *tick >= self.low / around && *tick <= self.high * around);
        ticks
    }

    fn multiples(&self, step: f64) -> Vec<f64> {
        let mut ticks = Vec::new();
        let mut tick = (self.low / step).ceil() * step;
        while tick <= self.high + step * 1e-9 && ticks.len() < 400 {
            ticks.push(tick);
            tick += step;
        }
        ticks
    }
}

/// What is no time and no ratio has no place among them.
fn can_be_logged(value: f64) -> bool {
    value.is_finite() && value > 1e-12 && value < 1e15
}

fn ends(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |ends, value| match ends {
        None => Some((value, value)),
        Some((low, high)) => Some((low.min(value), high.max(value))),
    })
}

const ROUND: [f64; 7] = [1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0];

fn round_down(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    let below = ROUND.iter().rev().map(|factor| factor * decade);
    below
        .into_iter()
        .find(|round| *round <= value * (1.0 + 1e-9))
        .unwrap_or(value)
}

fn round_up(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    let mut above = ROUND.iter().map(|factor| factor * decade);
    above
        .find(|round| *round >= value * (1.0 - 1e-9))
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_scale_of_ratios_ends_at_round_ones() {
        let scale = Scale::log([1.23, 4.2].into_iter(), Some(1.0), (0.0, 100.0));
        assert_eq!(scale.at(1.0), Some(0.0));
        assert_eq!(scale.at(5.0), Some(100.0));
        assert_eq!(scale.at(0.0), None);
        assert_eq!(scale.ticks(4), [1.0, 2.0, 5.0]);
    }

    proptest! {
        #[test]
        fn every_figure_has_a_place_or_none(values in proptest::collection::vec(any::<f64>(), 0..9), other in any::<f64>(), log in any::<bool>()) {
            let make = if log { Scale::log } else { Scale::linear };
            let scale = make(&mut values.iter().copied() as &mut dyn Iterator<Item = f64>, None, (10.0, 90.0));
            for value in values.into_iter().chain([other]) {
                if let Some(place) = scale.at(value) {
                    prop_assert!((10.0..=90.0).contains(&place), "{value}: {place}");
                }
            }
            prop_assert!(scale.ticks(5).len() <= 5);
        }
    }
}
