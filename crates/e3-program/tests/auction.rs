//! `programs/auction.py`, run for real and held against a plain auction of the same bids.

// A helper's panic is its test's failure.
#![allow(clippy::unwrap_used)]

mod common;

use std::{fmt::Write as _, process::Command};

use common::{
    Party, complaint, file,
    invented::{Random, sizes},
    made_again, python, repository, run,
};

const PROGRAM: &str = "programs/auction.py";

/// Winner and price of each lot that was sold, as all parties print it.
fn sold(parties: &[Party]) -> Vec<Option<(usize, u64)>> {
    for party in parties {
        assert!(party.succeeded(), "{}{}", party.printed, party.errors);
        assert_eq!(party.outcome(), parties[0].outcome());
    }
    let outcome = parties[0].outcome();
    let lots = outcome.iter().filter_map(|line| line.strip_prefix("lot "));
    lots.map(|line| {
        let (winner, price) = line.split_once(": party ")?.1.split_once(" for ")?;
        let (whole, cents) = price.split_once('.').unwrap();
        let price = 100 * whole.parse::<u64>().unwrap() + cents.parse::<u64>().unwrap();
        Some((winner.parse().unwrap(), price))
    })
    .collect()
}

/// Sells lots to bidders with these bids in cents, of which 0 is none.
fn sell(bids: &[Vec<u64>], arguments: &[&str]) -> Vec<Option<(usize, u64)>> {
    let files: Vec<_> = bids.iter().map(|bids| table(bids)).collect();
    let inputs: Vec<_> = files.iter().map(|(_, path)| Some(path.clone())).collect();
    let lots = bids[0].len().to_string();
    let arguments = [&["--lots", &lots], arguments].concat();
    sold(&run(&repository(PROGRAM), &arguments, &inputs))
}

fn table(bids: &[u64]) -> (tempfile::TempDir, std::path::PathBuf) {
    let mut text = "lot,bid\n".to_owned();
    for (lot, bid) in bids.iter().enumerate().filter(|(_, bid)| **bid > 0) {
        writeln!(text, "{},{}.{:02}", lot + 1, bid / 100, bid % 100).unwrap();
    }
    file("bids.csv", &text)
}

/// Holds what was sold against the definition: the highest bid wins, the second highest is paid.
#[track_caller]
fn assert_second_price(bids: &[Vec<u64>], reserve: u64, sold: &[Option<(usize, u64)>]) {
    assert_eq!(sold.len(), bids[0].len());
    for (lot, sold) in sold.iter().enumerate() {
        let of_lot: Vec<_> = bids.iter().map(|bids| bids[lot]).collect();
        let mut ordered = of_lot.clone();
        ordered.sort_unstable();
        let (highest, second) = (ordered[ordered.len() - 1], ordered[ordered.len() - 2]);
        let Some((winner, price)) = *sold else {
            assert!(
                highest < reserve,
                "lot {}: not sold, of {of_lot:?}",
                lot + 1
            );
            continue;
        };
        assert!(highest >= reserve, "lot {}: sold, of {of_lot:?}", lot + 1);
        assert_eq!(
            of_lot[winner],
            highest,
            "lot {}: {winner} of {of_lot:?}",
            lot + 1
        );
        assert_eq!(price, second.max(reserve), "lot {} of {of_lot:?}", lot + 1);
    }
}

/// Bids of which many are equal, missing, or below the least price.
fn bids(bidders: u64, lots: usize) -> Vec<Vec<u64>> {
    let of_bidder = |bidder| {
        let mut random = Random(bidder);
        let bid = |_| match random.below(4) {
            0 => 0,
            1 => 100 * random.below(8),
            _ => random.below(1 << 30),
        };
        (0..lots).map(bid).collect()
    };
    (0..bidders).map(of_bidder).collect()
}

#[test]
fn four_bidders_at_each_size() {
    for lots in sizes(10, 200, 5000) {
        let bids = bids(4, lots);
        let sold = sell(&bids, &["--reserve", "3"]);
        assert_second_price(&bids, 300, &sold);
    }
}

#[test]
fn numbers_of_bidders_that_are_no_power_of_two() {
    for bidders in [2, 3, 5, 6] {
        let bids = bids(bidders, 24);
        assert_second_price(&bids, 1, &sell(&bids, &[]));
    }
}

#[test]
fn the_extremes_of_what_is_accepted() {
    let most = (1 << 31) - 1;
    let bids = vec![
        vec![most, 1, most, 0, 0],
        vec![most, 0, 1, 1, 0],
        vec![1, 0, 0, 1, 0],
    ];
    assert_second_price(&bids, 1, &sell(&bids, &[]));
}

#[test]
fn of_equal_bids_each_wins_as_often() {
    let bids = vec![vec![700; 300]; 3];
    let mut won = [0_u32; 3];
    for sold in sell(&bids, &[]) {
        let (winner, price) = sold.unwrap();
        won[winner] += 1;
        assert_eq!(price, 700);
    }
    let chi_square: f64 = won
        .iter()
        .map(|count| (f64::from(*count) - 100.0).powi(2) / 100.0)
        .sum();
    // Of 2 degrees of freedom, exceeded by chance once in 20 million runs.
    assert!(chi_square < 34.0, "{won:?}");
}

/// What is opened of a lot that nobody bids enough for.
const UNSOLD: &str = r"
import sys
sys.path.insert(0, sys.argv.pop(1))
sys.argv[1:] = ['--no-log']
from mpyc.runtime import mpc
from auction import sell

print(mpc.run(sell([49, 50, 51], 50)))
";

#[test]
fn of_a_lot_that_is_not_sold_no_bid_is_opened() {
    let output = Command::new(&python().python)
        .args(["-B", "-c", UNSOLD])
        .arg(repository("programs"))
        .output()
        .unwrap();
    // Of one party, the seller is number 1.
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "[(1, 0), (0, 50), (0, 50)]",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn says_what_is_wrong_with_a_table() {
    for (content, expected) in [
        ("", "is empty"),
        ("lot,price\n1,2\n", "line 1: has no column named 'bid'"),
        (
            "lot,bid\n11,2\n",
            "line 2: there is no lot '11': lots are 1 to 10",
        ),
        ("lot,bid\n0,2\n", "line 2: there is no lot '0'"),
        ("lot,bid\n1,2\n1,3\n", "line 3: a second bid for lot 1"),
        (
            "lot,bid\n1,much\n",
            "line 2: expected a price, found 'much'",
        ),
        ("lot,bid\n1,0\n", "line 2: 0 is not above 0"),
        ("lot,bid\n1,-5\n", "line 2: -5 is not above 0"),
        ("lot,bid\n1,1e9\n", "line 2: 1e9 is not above 0 and at most"),
        (
            "lot,bid\n1,0.125\n",
            "line 2: 0.125 has more than 2 decimals",
        ),
    ] {
        let (_folder, path) = file("bids.csv", content);
        let errors = complaint(PROGRAM, Some(path), &[]);
        assert!(
            errors.contains("bids.csv: ") && errors.contains(expected),
            "{errors}"
        );
    }
    assert!(complaint(PROGRAM, None, &[]).contains("E3_INPUT"));
}

#[test]
fn the_bids_of_the_environment_can_be_made_again() {
    made_again("auction", &["ams.csv", "home.csv", "nyc.csv", "sgp.csv"]);
}
