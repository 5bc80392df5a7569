//! Chance that can be repeated.

/// Steele, Lea and Flood's `SplitMix64` (2014): small, fast, and good enough for loss and jitter.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// The same seed gives the same numbers.
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The numbers of one ordered pair of sites: other pairs' numbers differ, and drawing from one leaves the others
    /// as they are.
    pub(crate) fn of_pair(seed: u64, from: usize, to: usize) -> Self {
        let mut random = Self::new(seed);
        for part in [from as u64, to as u64] {
            random = Self::new(random.next() ^ part);
        }
        random
    }

    /// Numbers of their own, made from the next one.
    pub(crate) fn fork(&mut self) -> Self {
        Self::new(self.next())
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// An even choice among the numbers below `bound`; zero where there are none.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        // The upper half of a product of two 64-bit numbers fits in 64 bits.
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// True with this probability.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        const DRAWS: u64 = 1 << 53;
        // Both are integers below 2⁵³, which an f64 holds exactly.
        #[allow(clippy::cast_precision_loss)]
        let drawn = self.below(DRAWS) as f64 / DRAWS as f64;
        drawn < probability
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_come_true() {
        let mut random = Random::new(7);
        let happened = (0..100_000).filter(|_| random.happens(0.1)).count();
        assert!((9_500..10_500).contains(&happened), "{happened}");
        assert!(!(0..1000).any(|_| random.happens(0.0)));
        assert!((0..1000).all(|_| random.happens(1.0)));
    }

    #[test]
    fn a_seed_repeats_itself_and_stays_below() {
        let draw = |seed| {
            let mut r = Random::new(seed);
            (0..100).map(|_| r.below(10)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert!(draw(3).iter().all(|n| *n < 10));
        assert_eq!(Random::new(1).below(0), 0);
    }
}
