//! `programs/secret_santa.py`, run for real and held against what a derangement is.

// A helper's panic is its test's failure.
#![allow(clippy::unwrap_used)]

mod common;

use std::{collections::BTreeMap, process::Command};

use common::{Party, python, repository, run};

/// Giver and receiver of every pair that a party was told.
fn pairs(party: &Party) -> BTreeMap<usize, usize> {
    let pair = |line: &String| {
        let (giver, receiver) = line
            .strip_prefix("participant ")?
            .split_once(" gives to participant ")?;
        Some((giver.parse().unwrap(), receiver.parse().unwrap()))
    };
    party.outcome().iter().filter_map(pair).collect()
}

fn assert_derangement(pairs: &BTreeMap<usize, usize>, size: usize) {
    let mut receivers: Vec<_> = pairs.values().copied().collect();
    receivers.sort_unstable();
    assert_eq!(receivers, (0..size).collect::<Vec<_>>(), "{pairs:?}");
    assert_eq!(pairs.keys().copied().collect::<Vec<_>>(), receivers);
    assert!(
        pairs.iter().all(|(giver, receiver)| giver != receiver),
        "{pairs:?}"
    );
}

#[test]
fn every_party_learns_its_own_part_of_one_derangement() {
    let parties = run(
        &repository("programs/secret_santa.py"),
        &["--size", "8"],
        &[None, None, None],
    );
    let mut all = BTreeMap::new();
    for (index, party) in parties.iter().enumerate() {
        assert!(party.succeeded(), "{}{}", party.printed, party.errors);
        let own = pairs(party);
        assert!(own.keys().all(|giver| giver % 3 == index), "{own:?}");
        all.extend(own);
        assert_eq!(party.outcome()[0], parties[0].outcome()[0]);
    }
    assert_derangement(&all, 8);
}

#[test]
fn opened_it_is_the_same_for_all() {
    let arguments = ["--size", "5", "--open"];
    let parties = run(
        &repository("programs/secret_santa.py"),
        &arguments,
        &[None, None, None, None],
    );
    for party in &parties {
        assert!(party.succeeded(), "{}{}", party.printed, party.errors);
        assert_eq!(party.outcome(), parties[0].outcome());
    }
    assert_derangement(&pairs(&parties[0]), 5);
}

#[test]
fn draws_as_often_as_it_is_told() {
    // That none of 30 draws is good has a chance of one in a million.
    let arguments = ["--size", "4", "--open", "--draws", "30"];
    let parties = run(
        &repository("programs/secret_santa.py"),
        &arguments,
        &[None, None],
    );
    for party in &parties {
        assert_eq!(party.outcome()[0], "4 participants, 2 parties, draws: 30");
        assert_derangement(&pairs(party), 4);
    }
}

#[test]
fn fewer_participants_than_parties() {
    let parties = run(
        &repository("programs/secret_santa.py"),
        &["--size", "2"],
        &[None, None, None],
    );
    let told: Vec<_> = parties.iter().map(pairs).collect();
    assert_eq!(
        told,
        [
            BTreeMap::from([(0, 1)]),
            BTreeMap::from([(1, 0)]),
            BTreeMap::new()
        ]
    );
}

#[test]
fn refuses_sizes_without_derangement() {
    for size in ["1", "-3", "many"] {
        let party = &run(
            &repository("programs/secret_santa.py"),
            &["--size", size],
            &[None],
        )[0];
        assert_eq!(party.code, Some(2));
        assert!(party.errors.contains("--size"), "{}", party.errors);
    }
}

/// Draws a lot of derangements in one process, and counts each of them.
const COUNT: &str = r"
import asyncio, collections, sys
sys.path.insert(0, sys.argv.pop(1))
sys.argv[1:] = ['--no-log']
from mpyc.runtime import mpc
from secret_santa import draw_derangement

async def main():
    field = mpc.SecFld(min_order=5)
    counts = collections.Counter()
    for _ in range(1800):
        receivers, _ = await draw_derangement(4, field)
        counts[tuple(map(int, await mpc.output(receivers)))] += 1
    print(*counts.values())

mpc.run(main())
";

#[test]
fn every_derangement_is_equally_likely() {
    let output = Command::new(&python().python)
        .args(["-B", "-c", COUNT])
        .arg(repository("programs"))
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let counts: Vec<f64> = printed
        .split_whitespace()
        .map(|count| count.parse().unwrap())
        .collect();
    // There are 9 derangements of 4.
    assert_eq!(
        counts.len(),
        9,
        "{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let chi_square: f64 = counts
        .iter()
        .map(|count| (count - 200.0).powi(2) / 200.0)
        .sum();
    // Of 8 degrees of freedom, exceeded by chance once in 100 million runs.
    assert!(chi_square < 53.0, "{counts:?}");
}
