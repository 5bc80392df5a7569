//! Who measures when, where only one pair may at a time.

/// Every ordered pair, in the order in which they take turns: all turns of one party follow one another.
pub(super) fn pairs(count: u16) -> Vec<(u16, u16)> {
    (0..count)
        .flat_map(|from| (0..count).map(move |to| (from, to)))
        .filter(|(from, to)| from != to)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ordered_pair_has_its_turn() {
        assert_eq!(pairs(3), [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]);
        assert_eq!(pairs(1), []);
    }
}
