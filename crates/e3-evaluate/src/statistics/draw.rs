//! Chance that can be had again.

/// Pseudo-random numbers by `SplitMix64` (Steele, Lea and Flood, 2014): what is drawn from a seed is the same in every
/// version and on every machine, which libraries do not promise. Not for secrets.
#[derive(Debug, Clone)]
pub struct Draw(u64);

impl Draw {
    /// What chance is drawn from: a seed, and what it is drawn for, so that no two draws go alike.
    pub fn new(seed: u64, purpose: &str) -> Self {
        // FNV-1a: any hash would do that stays what it is.
        let hash = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let mut draw = Self(seed ^ hash);
        draw.next();
        draw
    }

    /// A number, each as likely.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, or 0 where that is 0. Of few, each is as likely as others but for one in 2^32.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u128::try_from(bound).unwrap_or(u128::MAX >> 64);
        let scaled = (u128::from(self.next()) * bound) >> 64;
        usize::try_from(scaled).unwrap_or(0)
    }

    /// Puts items into an order, each as likely (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_another_does_not() {
        let drawn = |seed, purpose| {
            let mut items: Vec<u8> = (0..20).collect();
            Draw::new(seed, purpose).shuffle(&mut items);
            items
        };
        assert_eq!(drawn(1, "round 1"), drawn(1, "round 1"));
        assert_ne!(drawn(1, "round 1"), drawn(2, "round 1"));
        assert_ne!(drawn(1, "round 1"), drawn(1, "round 2"));
        // What was drawn once stays what is drawn: folders name a seed and are continued by later versions.
        assert_eq!(Draw::new(7, "lan").below(1_000_000), 487_427);
    }

    #[test]
    fn each_order_is_as_likely() {
        let mut seen: BTreeMap<[u8; 3], u32> = BTreeMap::new();
        for seed in 0..6000 {
            let mut items = [0, 1, 2];
            Draw::new(seed, "").shuffle(&mut items);
            *seen.entry(items).or_default() += 1;
        }
        assert_eq!(seen.len(), 6);
        assert!(
            seen.values().all(|count| (850..1150).contains(count)),
            "{seen:?}"
        );
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert_eq!(Draw::new(1, "").below(0), 0);
        Draw::new(1, "").shuffle::<u8>(&mut []);
    }
}
