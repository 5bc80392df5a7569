//! `programs/join.py`, run for real and held against plain sets.

// A helper's panic is its test's failure.
#![allow(clippy::unwrap_used)]

mod common;

use std::{collections::BTreeSet, path::PathBuf, process::Command};

use common::{
    Party, complaint, file,
    invented::{Random, sizes},
    made_again, python, repository, run,
};

const PROGRAM: &str = "programs/join.py";

type Shop = BTreeSet<u64>;

/// Runs parties of which those with customers are shops, and the others help.
fn join(tables: &[Option<String>], arguments: &[&str]) -> Vec<Party> {
    let files: Vec<_> = tables
        .iter()
        .map(|table| table.as_ref().map(|text| file("customers.csv", text)))
        .collect();
    let inputs: Vec<Option<PathBuf>> = files
        .iter()
        .map(|file| file.as_ref().map(|(_, path)| path.clone()))
        .collect();
    run(&repository(PROGRAM), arguments, &inputs)
}

fn table(shop: &Shop) -> String {
    let rows: Vec<_> = shop
        .iter()
        .map(|customer| format!("c{customer}@example.org\n"))
        .collect();
    format!("email\n{}", rows.concat())
}

/// The number that all shops print, and no helper.
#[track_caller]
fn shared(parties: &[Party], tables: &[Option<String>]) -> usize {
    let mut found = BTreeSet::new();
    for (party, table) in parties.iter().zip(tables) {
        assert!(party.succeeded(), "{}{}", party.printed, party.errors);
        let said = party.said("shared customers");
        assert_eq!(said.is_some(), table.is_some(), "{}", party.printed);
        found.extend(said.map(|number| number.parse::<usize>().unwrap()));
    }
    assert_eq!(found.len(), 1, "{found:?}");
    found.pop_first().unwrap()
}

/// Holds the number against the sets themselves.
#[track_caller]
fn assert_shared(shops: &[Option<Shop>], size: usize) {
    let tables: Vec<_> = shops.iter().map(|shop| shop.as_ref().map(table)).collect();
    let parties = join(&tables, &["--size", &size.to_string()]);
    let mut sets = shops.iter().flatten();
    let first = sets.next().unwrap();
    let in_all = sets.fold(first.clone(), |all, shop| &all & shop);
    assert_eq!(shared(&parties, &tables), in_all.len());
}

/// A shop of at most this many customers, of twice as many people.
fn shop(seed: u64, size: usize) -> Shop {
    let mut random = Random(seed);
    (0..size).map(|_| random.below(2 * size as u64)).collect()
}

#[test]
fn two_shops_and_a_helper_at_each_size() {
    for size in sizes(50, 1000, 20_000) {
        assert_shared(&[Some(shop(1, size)), Some(shop(2, size)), None], size);
    }
}

#[test]
fn many_shops_wherever_the_helpers_are() {
    let shops: Vec<_> = (1..=4).map(|seed| Some(shop(seed, 60))).collect();
    assert_shared(&shops[..3], 64);
    assert_shared(&[None, shops[0].clone(), None, shops[1].clone()], 60);
    assert_shared(&shops, 60);
}

#[test]
fn none_all_and_only_one() {
    let low: Shop = (0..40).collect();
    let high: Shop = (40..80).collect();
    assert_shared(&[Some(low.clone()), Some(high), None], 40);
    assert_shared(&[Some(low.clone()), Some(low.clone()), None], 40);
    assert_shared(&[Some(Shop::from([7])), Some(low), None], 40);
    assert_shared(&[Some(Shop::from([7])), Some(Shop::from([7])), None], 1);
}

#[test]
fn customers_are_the_same_however_they_are_written() {
    let tables = [
        Some("id,email\n1,Ann@Example.org\n2, bob@example.org \n3,ＣＹ@example.org\n4,ann@example.org\n".to_owned()),
        Some("email\nann@example.org\nBOB@EXAMPLE.ORG\ncy@example.org\ndee@example.org\n".to_owned()),
        None,
    ];
    let parties = join(&tables, &["--column", "email", "--size", "4"]);
    assert_eq!(shared(&parties, &tables), 3);
}

#[test]
fn one_shop_alone_is_told_so() {
    for party in join(&[Some("email\na\n".to_owned()), None, None], &[]) {
        assert_eq!(party.code, Some(1));
        assert!(
            party.errors.contains("1 of 3 parties have a file"),
            "{}",
            party.errors
        );
    }
}

#[test]
fn says_what_is_wrong_with_a_table() {
    for (content, expected) in [
        ("", "is empty"),
        ("email\n", "has no rows"),
        ("email,age\na,1\n", "name one with --column: email, age"),
        ("email\na\n\"\"\n", "line 3: names no customer"),
        ("email\na\nb\nc\n", "has 3 customers: set --size"),
    ] {
        let (_folder, path) = file("customers.csv", content);
        let errors = complaint(PROGRAM, Some(path), &["--size", "2"]);
        assert!(
            errors.contains("customers.csv: ") && errors.contains(expected),
            "{errors}"
        );
    }
}

/// Puts customers into bins that are as deep as is asked for, and says what became of it.
const FILL: &str = r"
import sys
sys.path.insert(0, sys.argv.pop(1))
from join import Bins

bins = Bins(2000, b'salt')
customers = [str(k) for k in range(2000)]
first = bins.first(customers, 0)
others = bins.others(customers, 0)
assert len(first) == len(others) == bins.count
assert all(len(row) == 1 for row in first) and all(len(row) == bins.depth for row in others)
assert sorted(row[0] for row in first if row[0] < 2**61 - 3) == sorted(bins.hashes(c, 0)[0] for c in customers)
found = sum(own[0] in row for own, row in zip(first, others))
assert found == 2000, found
assert bins.hashes('a', 0) != bins.hashes('a', 1) != Bins(2000, b'other').hashes('a', 1)
bins.depth = 2
assert bins.others(customers, 0) is None
bins.count = 1900
assert bins.first(customers, 0) is None
print('filled')
";

#[test]
fn bins_hold_every_customer_or_say_that_they_do_not() {
    let output = Command::new(&python().python)
        .args(["-B", "-c", FILL])
        .arg(repository("programs"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "filled",
        "{errors}"
    );
}

#[test]
fn the_tables_of_the_environment_can_be_made_again() {
    made_again("join", &["books.csv", "bikes.csv"]);
}
