//! docs/faults.md: a row for each test, with what `e3` really said.
//!
//! Every test compares its own row with the page, or writes it with `E3_BLESS=1`; the last test holds the page as a whole
//! against [`contents`].

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    contents::{OPENING, contents},
    neutral::neutral,
    support::{desk::Ran, workshop::Workshop},
};

const HEAD: &str = "| what is wrong | command | what it says | exit code | what is left |\n| --- | --- | --- | --- | --- |\n";

/// A file on the desk that a machine leaves whose disks had a part of a run's record.
pub(crate) const PART: &str = "recorded-in-part";

/// How much there is of a run's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// It has its result.
    Whole,
    /// It has not, but what was printed.
    Part,
    /// Nothing.
    Nothing,
}

/// How much there is of the newest run's record on a desk.
pub(crate) fn recorded(root: &Path) -> Recorded {
    let latest = root.join("work/runs/latest");
    match (latest.join("result.json").exists(), latest.exists()) {
        (true, _) => Recorded::Whole,
        (false, true) => Recorded::Part,
        (false, false) => Recorded::Nothing,
    }
}

/// Fails if something is left, or if the page says something else than what has happened.
#[track_caller]
pub(crate) fn row(workshop: &Workshop, wrong: &str, command: &str, ran: &Ran) {
    workshop.nothing_left();
    assert!(
        titles().any(|title| title == wrong),
        "`{wrong}` has no place in the page's contents"
    );
    let left = match recorded(&workshop.root()) {
        _ if workshop.root().join(PART).exists() => "a part of the run's record",
        Recorded::Whole => "the run's record",
        Recorded::Part => "a part of the run's record",
        Recorded::Nothing => "nothing",
    };
    let says = cell(&neutral(&said(ran), workshop));
    let row = format!("| {wrong} | `{command}` | {says} | {} | {left} |", ran.code);
    if std::env::var_os("E3_BLESS").is_some() {
        write(&row);
    }
    let page = read();
    let there = page.lines().find(|line| *line == row);
    assert!(
        there.is_some(),
        "docs/faults.md says\n{}\nand it is\n{row}\nwrite it anew: E3_BLESS=1 cargo test -p e3 --test faults",
        find(&page, wrong).unwrap_or_default()
    );
}

/// The page as a whole: nothing but the rows of tests, in order.
pub(crate) fn the_page_has_a_row_of_each_test() {
    let page = read();
    let whole = compose(&page);
    if std::env::var_os("E3_BLESS").is_some() {
        fs::write(path(), &whole).unwrap();
    }
    assert!(
        read() == whole,
        "docs/faults.md has other rows than the tests, or in another order"
    );
    for title in titles() {
        assert!(
            find(&whole, &title).is_some(),
            "no test has written the row `{title}`"
        );
    }
}

/// What there is to read for a person: the error, or what a success warns of.
fn said(ran: &Ran) -> String {
    let lines = ran.err.lines();
    if ran.code == 0 {
        // What a busy machine does to the lab's figures is no matter here.
        let told: Vec<_> = lines
            .filter(|line| line.starts_with("warning") && !line.starts_with("warning: lab"))
            .collect();
        return if told.is_empty() {
            "nothing: it works".to_owned()
        } else {
            told.join("\n")
        };
    }
    let from_the_error = lines.skip_while(|line| !line.starts_with("error"));
    from_the_error.collect::<Vec<_>>().join("\n")
}

/// Text as a table's cell.
fn cell(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines.collect::<Vec<_>>().join("<br>");
    line.replace('|', "\\|")
}

fn titles() -> impl Iterator<Item = String> {
    contents().into_iter().flat_map(|(_, titles)| titles)
}

fn find<'a>(page: &'a str, title: &str) -> Option<&'a str> {
    let start = format!("| {title} | ");
    page.lines().find(|line| line.starts_with(&start))
}

/// Puts a row into its place.
fn write(row: &str) {
    // The first row of its title counts.
    let page = format!("{row}\n{}", read());
    fs::write(path(), compose(&page)).unwrap();
}

/// The page, with those rows that `page` has.
fn compose(page: &str) -> String {
    let mut whole = OPENING.to_owned();
    for (section, titles) in contents() {
        // Writing to a string cannot fail.
        let _ = write!(whole, "\n## {section}\n\n{HEAD}");
        for row in titles.iter().filter_map(|title| find(page, title)) {
            whole.push_str(row);
            whole.push('\n');
        }
    }
    whole
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/faults.md")
}

fn read() -> String {
    fs::read_to_string(path()).unwrap_or_default()
}
