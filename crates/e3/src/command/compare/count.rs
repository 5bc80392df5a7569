//! What each overlay takes, by hand and with E³, as it was counted.
//!
//! Counting takes every overlay's own tools, scripts that use them, and minutes; the counts are the same on every machine.
//! So they travel with this program: `scripts/effort` makes them, in E³'s repository, and a test holds them against the page
//! that it writes, and against what it counts anew.

use e3_evaluate::finding::Effort;

/// A line for each overlay, means and occasion.
const COUNTED: &str = include_str!("../../../../../docs/figures/effort/effort.jsonl");

/// All that was counted of these ways, with where that comes from.
///
/// # Errors
/// A line is none: a test says that each is one.
pub fn of(ways: &[String]) -> Result<Vec<Effort>, serde_json::Error> {
    let lines = COUNTED.lines().map(serde_json::from_str);
    let all: Result<Vec<Effort>, _> = lines.collect();
    let mine = |one: &Effort| ways.contains(&one.overlay);
    let by = concat!("scripts/effort, with e3 ", env!("CARGO_PKG_VERSION"));
    let with_origin = |one: Effort| Effort {
        counted: Some(format!("{by}, at {}", one.time)),
        ..one
    };
    all.map(|all| all.into_iter().filter(mine).map(with_origin).collect())
}

/// The ways of which something was counted.
pub fn ways() -> Vec<String> {
    let mut ways: Vec<String> = Vec::new();
    for one in COUNTED
        .lines()
        .filter_map(|line| serde_json::from_str::<Effort>(line).ok())
    {
        if !ways.contains(&one.overlay) {
            ways.push(one.overlay);
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use e3_evaluate::finding::{Means, SCHEMA};

    use super::*;

    #[test]
    fn every_occasion_was_counted_by_hand_and_with_e3() {
        let all = of(&ways()).unwrap();
        assert_eq!(all.len(), COUNTED.lines().count());
        for way in ways() {
            for means in [Means::ByHand, Means::E3] {
                let mine = all.iter();
                let mine = mine.filter(|one| one.overlay == way && one.means == means);
                assert_eq!(mine.count(), 6, "{way}");
            }
        }
        for one in &all {
            assert_eq!(one.schema, SCHEMA);
            assert!(one.counted.is_some(), "{one:?}");
        }
        assert_eq!(of(&["quic".to_owned()]).unwrap().len(), 12);
    }
}
