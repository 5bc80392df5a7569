//! Inputs of any size, the same in each run of a test.

/// A sequence of pseudo-random numbers (`SplitMix64`).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number less than `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    /// A number from `-most` to `most`.
    pub(crate) fn around_zero(&mut self, most: i64) -> i64 {
        let width = u64::try_from(2 * most + 1).unwrap();
        i64::try_from(self.below(width)).unwrap() - most
    }
}

/// The sizes that a program is tried at: small and medium, and with `E3_SIZES=all` the large one too.
pub(crate) fn sizes(small: usize, medium: usize, large: usize) -> Vec<usize> {
    let all = std::env::var("E3_SIZES").is_ok_and(|said| said == "all");
    if !all {
        eprintln!("left out: size {large}, which E3_SIZES=all adds");
    }
    [small, medium]
        .into_iter()
        .chain(all.then_some(large))
        .collect()
}
