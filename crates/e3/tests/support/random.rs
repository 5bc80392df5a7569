//! Choices that can be repeated: by `E3_SEED`, which a failing test names.

/// A sequence of pseudo-random numbers (`SplitMix64`).
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// From `E3_SEED`, else from the clock.
    pub(crate) fn seeded() -> (Self, u64) {
        let said = std::env::var("E3_SEED").ok().map(|seed| {
            seed.parse()
                .unwrap_or_else(|_| panic!("E3_SEED is {seed}, and must be a number"))
        });
        let seed = said.unwrap_or_else(|| {
            let now = std::time::UNIX_EPOCH.elapsed().unwrap();
            u64::from(now.subsec_nanos())
        });
        (Self(seed), seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number less than `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// How many rounds a test that kills at random plays: `E3_ROUNDS`, else this many.
pub(crate) fn rounds(usual: u64) -> u64 {
    std::env::var("E3_ROUNDS").map_or(usual, |said| {
        said.parse()
            .unwrap_or_else(|_| panic!("E3_ROUNDS is {said}, and must be a number"))
    })
}
