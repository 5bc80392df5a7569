//! Lots that are the same each time, so that the same captures have the same figures.

use super::Series;

/// Numbers that seem to be drawn: `SplitMix64` (Steele, Lea and Flood, 2014).
#[derive(Debug, Clone, Default)]
pub(super) struct Drawn(pub(super) u64);

impl Drawn {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let first = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let second = (first ^ (first >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        second ^ (second >> 31)
    }

    /// One below this.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % end).unwrap_or_default()
    }

    /// The same in another order, so many neighbours staying together.
    pub(super) fn shuffled(&mut self, series: &[f64], together: usize) -> Series {
        let mut blocks: Vec<&[f64]> = series.chunks(together.max(1)).collect();
        // As R. Durstenfeld does it.
        for last in (1..blocks.len()).rev() {
            let other = self.below(last + 1);
            blocks.swap(last, other);
        }
        blocks.concat()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn shuffling_loses_nothing(series in vec(0_u16..100, 0..60), together in 1_usize..12, seed: u64) {
            let series: Series = series.into_iter().map(f64::from).collect();
            let mut shuffled = Drawn(seed).shuffled(&series, together);
            prop_assert_eq!(shuffled.len(), series.len());
            let mut sorted = series;
            sorted.sort_by(f64::total_cmp);
            shuffled.sort_by(f64::total_cmp);
            prop_assert_eq!(shuffled, sorted);
        }
    }
}
