//! The example environments of the programs `auction`, `classify` and `join`: their results are those of the input
//! files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{example, repository, support::workshop::Workshop};

/// Runs an example environment; its record, and what each host printed.
#[track_caller]
fn run(workshop: &Workshop, name: &str) -> (Value, BTreeMap<String, String>) {
    let record = workshop
        .e3(&["run", &example(name), "--json"])
        .succeeded()
        .json();
    let parties = record["parties"].as_array().unwrap();
    let printed = parties.iter().map(|party| {
        let file = format!("runs/latest/party-{}.out", party["index"]);
        (
            party["host"].as_str().unwrap().to_owned(),
            workshop.read(&file),
        )
    });
    let printed = printed.collect();
    workshop.nothing_left();
    (record, printed)
}

/// The lines of an input file, below the first.
fn rows(environment: &str, name: &str) -> Vec<Vec<String>> {
    let path = format!("environments/{environment}/inputs/{name}");
    let text = std::fs::read_to_string(repository().join(path)).unwrap();
    let rows = text.lines().skip(1);
    rows.map(|line| line.split(',').map(str::to_owned).collect())
        .collect()
}

#[test]
fn auction_sells_to_the_highest_bidder_at_the_second_price() {
    let workshop = Workshop::new();
    let (record, printed) = run(&workshop, "auction");
    assert_eq!(record["overlay"], "quic");
    let hosts: Vec<_> = record["parties"].as_array().unwrap().iter().collect();
    let mut bids: BTreeMap<String, Vec<(f64, String)>> = BTreeMap::new();
    for (index, party) in hosts.iter().enumerate() {
        for row in rows(
            "auction",
            &format!("{}.csv", party["host"].as_str().unwrap()),
        ) {
            let bid = row[1].parse::<f64>().unwrap();
            bids.entry(row[0].clone())
                .or_default()
                .push((bid, format!("party {index}")));
        }
    }
    assert_eq!(bids.len(), 10);
    for (lot, mut bids) in bids {
        bids.sort_by(|one, other| other.0.total_cmp(&one.0));
        let highest = bids[0].0;
        let second = bids.get(1).map_or(50.0, |bid| bid.0.max(50.0));
        let lines = bids
            .iter()
            .filter(|(bid, _)| bid.total_cmp(&highest).is_eq());
        let sold: BTreeSet<_> = lines
            .map(|(_, party)| format!("lot {lot}: {party} for {second:.2}"))
            .collect();
        let expected = if highest < 50.0 {
            BTreeSet::from([format!("lot {lot}: not sold")])
        } else {
            sold
        };
        for text in printed.values() {
            let found = text.lines().filter(|line| expected.contains(*line)).count();
            assert_eq!(found, 1, "{expected:?} in {text}");
        }
    }
}

#[test]
fn join_counts_those_who_are_in_both_tables() {
    let workshop = Workshop::new();
    let (_, printed) = run(&workshop, "join");
    let customers = |shop: &str| -> BTreeSet<String> {
        let rows = rows("join", &format!("{shop}.csv"));
        rows.iter().map(|row| row[1].to_lowercase()).collect()
    };
    let shared = (&customers("books") & &customers("bikes")).len();
    assert!(shared > 10);
    for (host, text) in &printed {
        let said = text.contains(&format!("shared customers  {shared}\n"));
        assert_eq!(said, host != "helper", "{host}: {text}");
        assert!(!text.contains('@'), "{host}: {text}");
    }
}

#[test]
fn classify_reads_digits_for_the_archive_alone() {
    let workshop = Workshop::new();
    let (_, printed) = run(&workshop, "classify");
    let images = rows("classify", "images.csv");
    let text = &printed["archive"];
    let mut right = 0;
    for (number, image) in images.iter().enumerate() {
        let begin = format!("{},", number + 1);
        let line = text.lines().find(|line| line.starts_with(&begin)).unwrap();
        assert!(line.ends_with(&format!(",{}", image[0])), "{line}");
        right += usize::from(line == format!("{begin}{0},{0}", image[0]));
    }
    assert!(right >= 95, "{text}");
    assert!(
        text.contains(&format!("as labelled  {right} of 100")),
        "{text}"
    );
    for host in ["laboratory", "helper"] {
        assert_eq!(printed[host].lines().count(), 2, "{}", printed[host]);
    }
}
