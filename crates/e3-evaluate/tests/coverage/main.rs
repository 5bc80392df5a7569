//! Whether intervals contain what they promise to contain, on machines of which the truth is known.
//!
//! What is found stands in docs/compare.md; `E3_BLESS=1 cargo test -p e3-evaluate --test coverage` writes it anew.

// Tests may unwrap; the lint does not know what is beside them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod others;
mod world;

use std::fmt::Write as _;

use e3_evaluate::statistics::{Interval, Ratio};
use world::{Chance, World};

/// How often each is tried. What is found is off by 0.35 of a hundred, most of the time.
const TIMES: usize = 4000;
/// Three times that.
const CHANCE: f64 = 0.0105;
/// Rounds.
const COUNTS: [usize; 9] = [3, 5, 6, 7, 8, 10, 15, 25, 50];

type Method = fn(&[f64], &mut Chance) -> Interval;

fn ours(ratios: &[f64], _: &mut Chance) -> Interval {
    let pairs: Vec<(f64, f64)> = ratios.iter().map(|ratio| (*ratio, 1.0)).collect();
    Ratio::of_pairs(&pairs).unwrap().interval.unwrap()
}

/// How often an interval contained the truth, of all times; and what it promised.
fn coverage(world: World, count: usize, times: usize, method: Method) -> (f64, f64) {
    let mut chance = Chance::new(&format!("{world:?} {count}"));
    let mut promised = 0.0;
    let mut right = 0;
    for _ in 0..times {
        let ratios = world.ratios(count, &mut chance);
        let interval = method(&ratios, &mut chance);
        promised = interval.confidence;
        right += usize::from(interval.contains(1.0));
    }
    (share(right, times), promised)
}

fn share(of: usize, all: usize) -> f64 {
    f64::from(u32::try_from(of).unwrap()) / f64::from(u32::try_from(all).unwrap())
}

#[test]
fn an_interval_contains_the_truth_as_often_as_it_says() {
    for world in World::COVERED {
        for count in COUNTS {
            let (found, promised) = coverage(world, count, TIMES, ours);
            assert!(
                (found - promised).abs() < CHANCE,
                "{}, {count} rounds: {found} instead of {promised}",
                world.says()
            );
            assert!(count < 6 || promised >= 0.95, "{count} rounds: {promised}");
        }
    }
}

/// Why it is this method and none of those that are narrower.
#[test]
fn narrower_ones_do_not_keep_their_promise() {
    let (found, _) = coverage(World::Lognormal, 7, 1000, others::bootstrap);
    assert!(found < 0.9, "the bootstrap with 7 rounds: {found}");
    let (found, _) = coverage(World::Skewed, 50, 1000, others::signed_ranks);
    assert!(found < 0.85, "signed ranks with 50 rounds: {found}");
}

/// What is not covered, as the page says.
#[test]
fn a_way_that_drifts_by_itself_is_not_covered() {
    let (found, promised) = coverage(World::OneDrifts, 25, 1000, ours);
    assert!(found < 0.9 && promised >= 0.95, "{found}");
}

/// Rounds go on until intervals are narrow: those that happen to be too early are chosen by that. Where several ways have to
/// be narrow at once, it is no matter.
#[test]
fn stopping_when_it_is_precise_costs_little() {
    for (ways, least) in [(1, 0.93), (2, 0.945), (7, 0.95)] {
        for noise in [0.02, 0.04, 0.06, 0.08] {
            let found = stopped(ways, noise, TIMES / ways);
            assert!(found > least, "{ways} ways, noise of {noise}: {found}");
        }
    }
}

/// The coverage where rounds end as `e3 compare` ends them, with from 6 to 25 of them.
fn stopped(ways: usize, noise: f64, times: usize) -> f64 {
    let mut chance = Chance::new(&format!("stopped {ways} {noise}"));
    let mut right = 0;
    for _ in 0..times {
        let mut pairs: Vec<Vec<(f64, f64)>> = vec![Vec::new(); ways];
        let all = loop {
            for way in &mut pairs {
                way.push(((noise * chance.normal()).exp(), 1.0));
            }
            let ratios: Vec<Ratio> = pairs
                .iter()
                .filter_map(|way| Ratio::of_pairs(way))
                .collect();
            let precise = |ratio: &Ratio| ratio.precision().is_some_and(|reach| reach <= 0.05);
            if ratios.iter().all(precise) || pairs[0].len() == 25 {
                break ratios;
            }
        };
        right += all
            .iter()
            .filter(|ratio| ratio.interval.unwrap().contains(1.0))
            .count();
    }
    share(right, ways * times)
}

#[test]
fn the_page_says_what_was_found() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/compare.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (begin, end) = ("<!-- coverage -->\n", "<!-- /coverage -->\n");
    let (before, rest) = page.split_once(begin).expect("docs/compare.md has a mark");
    let (said, after) = rest
        .split_once(end)
        .expect("docs/compare.md has both marks");
    let found = table();
    if std::env::var_os("E3_BLESS").is_some() {
        std::fs::write(path, format!("{before}{begin}{found}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(
        said, found,
        "docs/compare.md: E3_BLESS=1 cargo test -p e3-evaluate --test coverage writes it anew"
    );
}

fn table() -> String {
    let counts = [3, 6, 7, 10, 25, 50];
    let mut text = String::from("| |");
    for count in counts {
        // Writing into a text cannot fail.
        let _ = write!(text, " {count} rounds |");
    }
    let _ = write!(
        text,
        "\n|---|{}\n| **promised** |",
        "---|".repeat(counts.len())
    );
    for count in counts {
        let (_, promised) = coverage(World::Lognormal, count, 1, ours);
        let _ = write!(text, " **{:.1} %** |", 100.0 * promised);
    }
    text.push('\n');
    for world in World::COVERED.into_iter().chain([World::OneDrifts]) {
        let _ = write!(text, "| {} |", world.says());
        for count in counts {
            let (found, _) = coverage(world, count, TIMES, ours);
            let _ = write!(text, " {:.1} % |", 100.0 * found);
        }
        text.push('\n');
    }
    text
}
