//! `programs/average.py`, run for real and held against a plain computation over all tables.

// A helper's panic is its test's failure.
#![allow(clippy::unwrap_used)]

mod common;

use std::{fs, path::PathBuf};

use common::{Party, file, python, repository, run};

/// The lines that three parties print, after checking that all print the same.
fn outcome(parties: &[Party]) -> Vec<String> {
    for party in parties {
        assert!(party.succeeded(), "{}{}", party.printed, party.errors);
        assert_eq!(party.outcome(), parties[0].outcome());
    }
    parties[0].outcome()
}

/// The number in the line of that name.
fn figure(outcome: &[String], name: &str) -> f64 {
    let line = outcome.iter().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().last().unwrap().parse().unwrap()
}

/// Runs three parties with one table each, of one column.
fn over(tables: [&[f64]; 3], arguments: &[&str]) -> Vec<Party> {
    let files = tables.map(|values| {
        let lines: Vec<_> = values.iter().map(ToString::to_string).collect();
        file("table.csv", &format!("days\n{}\n", lines.join("\n")))
    });
    run(
        &repository("programs/average.py"),
        arguments,
        &files.each_ref().map(|(_, path)| Some(path.clone())),
    )
}

/// Holds what was printed against the plain statistics of these values.
#[allow(clippy::cast_precision_loss)] // A few hundred rows.
fn assert_statistics(outcome: &[String], mut values: Vec<f64>) {
    values.sort_unstable_by(f64::total_cmp);
    let count = values.len();
    let mean = values.iter().sum::<f64>() / count as f64;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let expected = [
        ("rows", count as f64),
        ("mean", mean),
        ("variance", squares / (count - 1) as f64),
        (
            "median",
            f64::midpoint(values[(count - 1) / 2], values[count / 2]),
        ),
    ];
    for (name, value) in expected {
        assert!(
            (figure(outcome, name) - value).abs() < 6e-5,
            "{name} is {value}, but:\n{}",
            outcome.join("\n")
        );
    }
}

#[test]
fn the_three_hospitals() {
    let paths = ["ams", "fra", "lon"]
        .map(|host| repository(&format!("environments/hospitals/inputs/{host}.csv")));
    let days: Vec<f64> = paths
        .iter()
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            text.lines()
                .skip(1)
                .map(|line| line.rsplit(',').next().unwrap().parse().unwrap())
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(days.len(), 160);
    let parties = run(
        &repository("programs/average.py"),
        &["--column", "days"],
        &paths.map(Some),
    );
    assert_statistics(&outcome(&parties), days);
}

#[test]
fn odd_numbers_negative_values_and_equal_ones() {
    let tables: [&[f64]; 3] = [
        &[-5.25, 3.0, 3.0, 3.0, -0.5],
        &[3.0],
        &[0.0, 1000.0, -1000.0, 2.75, 2.5],
    ];
    assert_statistics(&outcome(&over(tables, &["--size", "5"])), tables.concat());
}

#[test]
fn of_an_even_number_the_median_lies_between_two() {
    let tables: [&[f64]; 3] = [
        &[1.0, 12.0, 3.0, 10.0],
        &[5.0, 8.0],
        &[6.0, 7.5, 2.0, 4.0, 9.0, 11.0],
    ];
    let printed = outcome(&over(tables, &["--size", "8"]));
    assert!((figure(&printed, "median") - 6.75).abs() < 1e-9);
    assert_statistics(&printed, tables.concat());
}

#[test]
fn the_extremes_of_what_is_accepted() {
    let most = f64::from(2u32.pow(29) - 1) / 100.0;
    let tables: [&[f64]; 3] = [&[most; 4], &[-most; 4], &[most, -most, 0.0]];
    let printed = outcome(&over(tables, &["--size", "4"]));
    assert!(figure(&printed, "mean").abs() < 6e-5);
    assert!(figure(&printed, "median").abs() < 6e-5);
}

#[test]
fn only_the_first_rows_count() {
    let long: Vec<f64> = (1..=20).map(f64::from).collect();
    let printed = outcome(&over([&long, &long, &[7.0]], &["--size", "6"]));
    let first = &long[..6];
    assert_statistics(&printed, [first, first, &[7.0]].concat());
}

#[test]
fn too_few_rows_are_not_opened() {
    for party in over([&[1.0, 2.0], &[3.0], &[4.0]], &["--size", "4"]) {
        assert_eq!(party.code, Some(1));
        assert!(
            party.errors.contains("only 4 rows together"),
            "{}",
            party.errors
        );
        assert!(party.outcome().is_empty());
    }
}

/// What a party alone says about its table, which it must find out before it meets the others.
fn complaint(input: Option<PathBuf>, arguments: &[&str]) -> String {
    let party = run(&repository("programs/average.py"), arguments, &[input]).remove(0);
    assert_eq!(party.code, Some(1), "{}", party.errors);
    assert!(party.events.is_empty(), "{}", party.printed);
    assert!(party.elapsed.as_secs() < 20);
    party.errors
}

#[test]
fn says_what_is_wrong_with_a_table() {
    assert!(complaint(None, &[]).contains("E3_INPUT"));
    assert!(complaint(None, &["--input", "/no/such.csv"]).contains("/no/such.csv: cannot be read"));
    for (content, column, expected) in [
        ("", "days", "is empty"),
        ("id,days\n", "days", "no rows"),
        (
            "id,days\n1,2\n",
            "dyas",
            "line 1: has no column named 'dyas', but: id, days",
        ),
        (
            "id,days\n1,2\n2,\n",
            "days",
            "line 3: expected a number, found ''",
        ),
        (
            "id,days\n1,2\n2,two\n",
            "days",
            "line 3: expected a number, found 'two'",
        ),
        (
            "id,days\n1,2\n2\n",
            "days",
            "line 3: has 1 columns where the first line has 2",
        ),
        ("id,days\n1,nan\n", "days", "line 2: nan is outside"),
        ("id,days\n1,1e9\n", "days", "line 2: 1e9 is outside"),
        (
            "id,days\n1,0.125\n",
            "days",
            "line 2: 0.125 has more than 2 decimals",
        ),
        ("id,days\n1,\"2\n", "days", "line 2: unexpected end of data"),
    ] {
        let (_folder, path) = file("table.csv", content);
        let errors = complaint(Some(path), &["--column", column]);
        assert!(
            errors.contains("table.csv: ") && errors.contains(expected),
            "{errors}"
        );
    }
    let (_folder, path) = file("table.csv", "id,days\n1,2\n");
    assert!(complaint(Some(path), &[]).contains("name one with --column: id, days"));
}

#[test]
fn the_tables_can_be_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("generate.py");
    fs::copy(
        repository("environments/hospitals/inputs/generate.py"),
        &script,
    )
    .unwrap();
    let status = std::process::Command::new(&python().python)
        .arg(&script)
        .status()
        .unwrap();
    assert!(status.success());
    for host in ["ams", "fra", "lon"] {
        let kept = repository(&format!("environments/hospitals/inputs/{host}.csv"));
        let made = folder.path().join(format!("{host}.csv"));
        assert_eq!(fs::read(kept).unwrap(), fs::read(made).unwrap(), "{host}");
    }
}
